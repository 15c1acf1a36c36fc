/** Printable ASCII that JSON writes as it is: all of most ids, names and times. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Whether JSON writes it as it is, between quotes. */
export const isPlain = (text: string): boolean => plain.test(text);

/** A string in JSON, as `JSON.stringify` writes it; several times faster where it has nothing to escape. */
export function jsonString(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text);
}
