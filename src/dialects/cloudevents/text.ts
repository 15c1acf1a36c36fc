/** What a CloudEvents string may not contain: control characters and halves of a surrogate pair. */
const forbidden = /[\p{Cc}\p{Cs}]/u;
const allForbidden = new RegExp(forbidden.source, 'gu');

/** The text with each forbidden character replaced, so that the attribute is valid whatever an id holds. */
export function attributeText(text: string): string {
  return forbidden.test(text) ? text.replace(allForbidden, '\ufffd') : text;
}
