import type { EventLog } from './event-log.ts';

/** A reader's place: in which log, and after which sequence it goes on. */
export interface Cursor {
  readonly log: string;
  readonly seq: number;
}

/** Events a cursor can no longer read: reported with their range, never skipped in silence. */
export interface Gap {
  readonly reason: 'log replaced' | 'log rolled back' | 'trimmed by retention';
  /** First and last sequence that can't be read; `to` is null where nobody can know it (another log). */
  readonly from: number;
  readonly to: number | null;
}

/** Where a reader with this cursor goes on, and what it missed. */
export function attachCursor(
  log: Pick<EventLog, 'id' | 'head' | 'floor' | 'holes'>,
  cursor: Cursor,
): { next: Cursor; gap: Gap | null } {
  const floor = log.floor();
  if (cursor.log !== log.id) {
    return { next: { log: log.id, seq: floor }, gap: { reason: 'log replaced', from: cursor.seq + 1, to: null } };
  }
  if (cursor.seq > log.head()) {
    const gap: Gap = { reason: 'log rolled back', from: log.head() + 1, to: cursor.seq };
    return { next: { log: log.id, seq: log.head() }, gap };
  }
  const hole = log.holes().find(({ after, upTo }) => cursor.seq > after && cursor.seq < upTo);
  if (hole) {
    // What it has read up to there was lost with the log that a backup replaced; it goes on behind all of that.
    const gap: Gap = { reason: 'log rolled back', from: hole.after + 1, to: cursor.seq };
    return { next: { log: log.id, seq: hole.upTo }, gap };
  }
  if (cursor.seq < floor) {
    const gap: Gap = { reason: 'trimmed by retention', from: cursor.seq + 1, to: floor };
    return { next: { log: log.id, seq: floor }, gap };
  }
  return { next: cursor, gap: null };
}

/** How many sequences between the two were given out: an upper bound of the events there. */
export function eventsBetween(log: Pick<EventLog, 'holes'>, after: number, upTo: number): number {
  let count = upTo - after;
  for (const hole of log.holes()) count -= Math.max(0, Math.min(upTo, hole.upTo) - Math.max(after, hole.after));
  return Math.max(0, count);
}

/** The same sequence, or where it was passed over, the last one before those. For whoever reads backwards. */
export function beneathHole(log: Pick<EventLog, 'holes'>, seq: number): number {
  return log.holes().find(({ after, upTo }) => seq > after && seq <= upTo)?.after ?? seq;
}
