/** Asterisk's words and numbers for the state of a device, of an agent's device, and of a watched number. */
import type { LineState, OwnStatus } from '../../../calls/people/index.ts';

/** In the order of their numbers in queue events. */
const states: readonly (readonly [word: string, line: LineState])[] = [
  ['UNKNOWN', 'unknown'],
  ['NOT_INUSE', 'idle'],
  ['INUSE', 'in_use'],
  ['BUSY', 'busy'],
  ['INVALID', 'unavailable'],
  ['UNAVAILABLE', 'unavailable'],
  ['RINGING', 'ringing'],
  // In use, and rings: call waiting.
  ['RINGINUSE', 'in_use'],
  ['ONHOLD', 'held'],
];
const byWord: ReadonlyMap<string, LineState> = new Map(states);

export const lineOfWord = (word: string | null): LineState => byWord.get(word ?? '') ?? 'unknown';

export const lineOfNumber = (number: string | null): LineState =>
  (/^\d$/.test(number ?? '') ? states[Number(number)]?.[1] : undefined) ?? 'unknown';

/** Bits of a watched number's status, the one that says most first. */
const bits: readonly (readonly [bit: number, line: LineState])[] = [
  [1, 'in_use'],
  [16, 'held'],
  [8, 'ringing'],
  [2, 'busy'],
  [4, 'unavailable'],
];

/** Null: the number is watched no more (-2), or its hint is inactive (-1). */
export function lineOfExtension(status: string | null): LineState | null {
  const number = Number(status ?? Number.NaN);
  if (!Number.isInteger(number)) return 'unknown';
  if (number < 0) return null;
  return number === 0 ? 'idle' : (bits.find(([bit]) => (number & bit) !== 0)?.[1] ?? 'unknown');
}

const statuses: Readonly<Record<string, OwnStatus>> = {
  available: 'available',
  chat: 'available',
  away: 'away',
  xa: 'away',
  dnd: 'do_not_disturb',
  unavailable: 'offline',
};

/** Null: `not_set`, `invalid`. */
export const statusOfWord = (word: string | null): OwnStatus | null => statuses[word?.toLowerCase() ?? ''] ?? null;
