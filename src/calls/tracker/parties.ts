import type { Party } from '../../model/call.ts';
import type { ChannelFacts } from '../signal.ts';

export const nobody: Party = { number: null, raw: null, name: null, kind: 'anonymous' };

const longestText = 512;

/** Text from a PBX as the model takes it: no control characters, no more than it allows, null when empty. */
export function clean(text: string | null): string | null {
  if (text === null) return null;
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const printable = text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
  if (printable.length > longestText) return printable.slice(0, longestText).toWellFormed();
  return printable === '' ? null : printable;
}

/** Words of a dialplan that stand where a number would: start, hang-up, invalid, timeout, operator, failed … */
const dialplanWords: ReadonlySet<string> = new Set(['', 's', 'h', 'i', 't', 'T', 'o', 'a', 'e', 'failed', '<unknown>']);

/** The number a channel asked for; null where it stands at a dialplan's own word. */
export function dialledBy(facts: ChannelFacts | null): string | null {
  const number = facts?.dialledNumber ?? null;
  return number === null || dialplanWords.has(number) ? null : clean(number);
}

/** The number in a dial string: `0612345678@trunk`, `trunk/sip:0612345678@host`, `trunk/0612345678`. */
export function numberInDialString(dialString: string | null): string | null {
  if (dialString === null) return null;
  const last = dialString.slice(0, longestText).split('/').at(-1) ?? '';
  const user = last.replace(/^sips?:/i, '').split(/[@;,]/)[0] ?? '';
  return /^\+?[0-9*#]{2,40}$/.test(user) ? user : null;
}

export const internalParty = (extension: string, name: string | null): Party => ({
  number: extension,
  raw: extension,
  name,
  kind: 'internal',
});
