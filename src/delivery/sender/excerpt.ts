/**
 * What a receiver answered, made safe to keep and to show: text, no control characters, none of the secrets it was sent,
 * at most so many bytes. All that is kept of an answer comes from here: the record, the log, events, traces, tests.
 */
import { type SecretForm, withoutSecrets } from './without-secrets.ts';

const unsafe = /[^\P{Cc}\t\n\r]/u;
const allUnsafe = new RegExp(unsafe.source, 'gu');

/** @param secrets what of the request must not come back */
export function excerptOf(
  body: Buffer | null,
  encoding: string | readonly string[] | undefined,
  maxBytes: number,
  secrets: readonly SecretForm[],
): string {
  if (body === null || body.length === 0) return '';
  // Nothing is unpacked: a few kilobytes can unpack to gigabytes, and we asked for none of it.
  if (encoding !== undefined && encoding !== 'identity') {
    return `(${withoutSecrets(String(encoding), secrets, false).slice(0, 40)} data)`;
  }
  // As many bytes as are wanted may be there by chance, or because no more were kept.
  const isCut = body.length >= maxBytes;
  const whole = body.toString('utf8', 0, isCut ? characterEnd(body, maxBytes) : body.length);
  const text = withoutSecrets(whole, secrets, isCut);
  return fit(unsafe.test(text) ? text.replace(allUnsafe, '\ufffd') : text, maxBytes);
}

/** A replacement character takes three bytes, and what stands for a secret may be longer than it. */
function fit(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  return bytes.toString('utf8', 0, characterEnd(bytes, maxBytes));
}

/** Where to cut so that no character is cut: up to three bytes before. */
function characterEnd(bytes: Buffer, end: number): number {
  for (let at = end; at > end - 4 && at > 0; at--) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return end;
}
