/** Which events a replay is about: a range of sequences, found when it is asked for, that never changes after that. */
import type { EventLog } from '../../log/event-log.ts';
import { lastAcceptedBefore } from '../../log/find-by-time.ts';
import type { MissedEvents } from '../../records/delivery-store.ts';
import type { ReplayRequest } from './management.ts';

export interface ReplayRange {
  /** First and last sequence; with none between them, `to` is one less than `from`. */
  readonly from: number;
  readonly to: number;
  readonly since: number | null;
  readonly until: number | null;
  /** Of what was asked for, what retention has taken already. */
  readonly missed: readonly MissedEvents[];
}

/**
 * It ends with the newest event there is now at the latest. Times are those at which events were accepted, since these
 * grow along the log; where the clock was set back, the range is still one piece.
 */
export async function findRange(
  log: Pick<EventLog, 'get' | 'head' | 'floor' | 'holes'>,
  { from: first, to: last }: Pick<ReplayRequest, 'from' | 'to'>,
): Promise<ReplayRange> {
  const head = log.head();
  const after = 'seq' in first ? first.seq - 1 : await lastAcceptedBefore(log, first.time, head);
  const until = last === null || 'seq' in last ? null : last.time;
  let to = head;
  if (last) to = Math.min(head, 'seq' in last ? last.seq : await lastAcceptedBefore(log, last.time, head));
  const floor = log.floor();
  // Never beyond the newest: what it would wait for there is not what was asked for.
  const from = Math.max(Math.min(after, head), floor) + 1;
  return {
    from,
    to: Math.max(to, from - 1),
    since: 'seq' in first ? null : first.time,
    until,
    missed: missedOf(first, after, Math.min(to, floor)),
  };
}

/** By time nobody can tell any more how many of the events that are gone were meant. */
function missedOf(first: ReplayRequest['from'], after: number, goneUpTo: number): MissedEvents[] {
  if (goneUpTo === 0 || after > goneUpTo) return [];
  if ('time' in first) return after === goneUpTo ? [{ from: null, to: goneUpTo }] : [];
  return after < goneUpTo ? [{ from: after + 1, to: goneUpTo }] : [];
}
