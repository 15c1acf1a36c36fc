/** Taking a number out of what phone systems write around it. */

const scheme = /^(?:tel|sips?|callto):/i;
/** `"Alice" <sip:101@host>;tag=x`: what stands between the brackets. `<unknown>` has no colon or digit and stays. */
const bracketed = /<([^<>]*[:0-9][^<>]*)>/;

/** The number or name a URI, address or caller line stands for; what is no such thing comes back trimmed. */
export function bareNumber(raw: string): string {
  const inner = bracketed.exec(raw)?.[1] ?? raw;
  const address = inner.trim().replace(scheme, '').replace(/^\/\//, '');
  const user = cutAt(cutAt(address, '@'), ';');
  return decoded(user).trim();
}

function cutAt(text: string, mark: string): string {
  const place = text.indexOf(mark);
  return place < 0 ? text : text.slice(0, place);
}

/** `%2B12155550100` and the like; a bad escape leaves the text as it is. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const anonymousWords: ReadonlySet<string> = new Set([
  '',
  's',
  'anonymous',
  'anonym',
  'restricted',
  'private',
  'private number',
  'unknown',
  'unknown caller',
  'unknown number',
  'unavailable',
  'withheld',
  'blocked',
  'no caller id',
  '<unknown>',
  '<anonymous>',
  '<private>',
  '<restricted>',
]);

/** Whether the bare text only says that no number is shown. `s` is a dialplan's word for "no number". */
export function isAnonymous(bare: string): boolean {
  return bare.length <= 20 && anonymousWords.has(bare.toLowerCase());
}
