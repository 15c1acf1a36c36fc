/** CloudEvents attributes as HTTP header values (HTTP binding 3.1.3.2). */
const plain = /^[\x21\x23\x24\x26-\x7e]*$/;
/** Everything but printable ASCII; of that, space, double quote and percent. One match is one code point. */
const toEncode = /[^\x21\x23\x24\x26-\x7e]/gu;

const percentBytes = (character: string): string => {
  let text = '';
  for (const byte of Buffer.from(character)) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
};

export function headerValue(text: string): string {
  return plain.test(text) ? text : text.replace(toEncode, percentBytes);
}

/** @returns the attribute's text; null where the bytes it encodes are not UTF-8. */
export function fromHeaderValue(header: string): string | null {
  const text = unquote(header.trim());
  if (!text.includes('%')) return text;
  try {
    // A percent sign that starts no byte stands for itself: old senders did not encode it.
    return decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return null;
  }
}

/** Older senders put values with spaces in double quotes. */
function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
