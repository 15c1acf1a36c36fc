import type { LineState } from './signal.ts';

/** Of several lines of one extension the busiest says how it is. */
const rank: Readonly<Record<LineState, number>> = {
  in_use: 6,
  held: 5,
  ringing: 4,
  busy: 3,
  idle: 2,
  unavailable: 1,
  unknown: 0,
};

export function busiest(lines: Iterable<LineState>): LineState {
  let busiest: LineState = 'unknown';
  for (const line of lines) if (rank[line] > rank[busiest]) busiest = line;
  return busiest;
}

/** What a line is now: a PBX that does not know, as while it starts, says nothing against what was known. */
export const lineNow = (before: LineState, now: LineState): LineState => (now === 'unknown' ? before : now);

/** Whether somebody can be called there; null: not known. */
export const isReachable = (line: LineState): boolean | null => (line === 'unknown' ? null : line !== 'unavailable');
