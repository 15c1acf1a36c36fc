/** What a receiver answered, made safe to keep and to show: text, no control characters, at most so many bytes. */
const unsafe = /[^\P{Cc}\t\n\r]/u;
const allUnsafe = new RegExp(unsafe.source, 'gu');

export function excerptOf(
  body: Buffer | null,
  encoding: string | readonly string[] | undefined,
  maxBytes: number,
): string {
  if (body === null || body.length === 0) return '';
  // Nothing is unpacked: a few kilobytes can unpack to gigabytes, and we asked for none of it.
  if (encoding !== undefined && encoding !== 'identity') return `(${String(encoding).slice(0, 40)} data)`;
  const text = body.toString('utf8', 0, Math.min(body.length, maxBytes));
  return fit(unsafe.test(text) ? text.replace(allUnsafe, '\ufffd') : text, maxBytes);
}

/** A replacement character takes three bytes, and what was cut inside a character one too many. */
function fit(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
