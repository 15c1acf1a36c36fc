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
  log: Pick<EventLog, 'id' | 'head' | 'floor'>,
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
  if (cursor.seq < floor) {
    const gap: Gap = { reason: 'trimmed by retention', from: cursor.seq + 1, to: floor };
    return { next: { log: log.id, seq: floor }, gap };
  }
  return { next: cursor, gap: null };
}
