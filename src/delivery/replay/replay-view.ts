import { eventsBetween } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { ReplayView } from './management.ts';
import type { EngineFigures } from '../management.ts';
import type { Replay } from './replay.ts';
import type { ReplayBook } from './replay-book.ts';

/** How far a replay is, and how fast it goes. */
export function viewOf(replay: Replay, log: Pick<EventLog, 'holes'>): ReplayView {
  const { order, counts } = replay;
  const mark = shownMark(replay);
  const cursor = Math.min(mark.cursor, order.to);
  const lane = replay.lane?.lane;
  const all = eventsBetween(log, order.from - 1, order.to);
  const left = eventsBetween(log, cursor, order.to);
  const speed = replay.state === 'running' ? replay.speed.now : null;
  return {
    order,
    mark: { ...mark, cursor },
    counts,
    open: lane?.open ?? 0,
    waiting: lane?.waiting ?? 0,
    parked: lane?.parked ?? 0,
    inFlight: lane?.inFlight ?? 0,
    share: mark.state === 'done' || all === 0 ? 1 : 1 - left / all,
    eventsPerSecond: speed?.events ?? null,
    deliveriesPerSecond: speed?.deliveries ?? null,
    remainingMs: speed && speed.events > 0 ? Math.round((left / speed.events) * 1_000) : null,
  };
}

/** Of all that have not ended. */
export function activeFigures(book: ReplayBook, log: Pick<EventLog, 'holes'>): EngineFigures['activeReplays'] {
  const figures = { queued: 0, running: 0, cancelling: 0, behind: 0 };
  for (const { state, cursor, order } of book.active()) {
    if (state === 'done' || state === 'cancelled') continue;
    figures[state]++;
    if (state !== 'cancelling') figures.behind += eventsBetween(log, Math.min(cursor, order.to), order.to);
  }
  return figures;
}

/** It has ended when that is durable, as its counts are. */
function shownMark(replay: Replay): ReplayView['mark'] {
  const { settledAbove: _, ...mark } = replay.mark();
  if (!replay.lane || mark.endedAt === null) return mark;
  return { ...mark, state: mark.state === 'done' ? 'running' : 'cancelling', endedAt: null };
}
