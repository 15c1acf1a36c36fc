import type { EventLog } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import { attachCursor, type Gap } from '../../log/cursor.ts';
import { defaultLiveCallsOptions, LiveCalls, type LiveCallsOptions } from './live-calls.ts';
import type { CallMark, Marks } from './marks.ts';

/** Events asked of the log at once. */
const pageSize = 500;

export interface LoadedLiveCalls {
  readonly live: LiveCalls;
  /** Events it could not read on its way; calls they were about may be missing or stand still until they expire. */
  readonly gap: Gap | null;
}

/**
 * The live view as it stands at the log's head: from the marks saved last, and the events after them. Without marks
 * the whole log is read. Events appended from the turn on in which it resolves are the caller's to feed.
 */
export async function loadLiveCalls(
  log: Pick<EventLog, 'id' | 'head' | 'floor' | 'holes' | 'get' | 'read'>,
  marks: Marks | null,
  options: LiveCallsOptions = defaultLiveCallsOptions,
): Promise<LoadedLiveCalls> {
  const { next, gap } = attachCursor(log, { log: marks?.log ?? log.id, seq: marks?.cursor ?? log.floor() });
  const known = marks && gap?.reason !== 'log replaced' && gap?.reason !== 'log rolled back' ? marks : null;
  const from = known || !marks ? next.seq : log.floor();
  const live = new LiveCalls(log.id, from, options);
  if (known) await recallMarked(live, log, known);
  await readOn(live, log);
  return { live, gap };
}

async function recallMarked(live: LiveCalls, log: Pick<EventLog, 'get'>, marks: Marks): Promise<void> {
  const seqsOf = (mark: CallMark): number[] => [mark.seq, ...Object.values(mark.legs)];
  const found = await getAll(
    log,
    [...new Set(marks.calls.flatMap(seqsOf))].sort((one, two) => one - two),
  );
  for (const mark of marks.calls.toSorted((one, two) => one.seq - two.seq)) {
    const seqs = [...new Set(seqsOf(mark))].sort((one, two) => one - two);
    live.recall(
      mark,
      seqs.flatMap((seq) => found.get(seq) ?? []),
    );
  }
}

/** What retention trimmed meanwhile is not among them: those calls are older than anybody waits for. */
export async function getAll(log: Pick<EventLog, 'get'>, seqs: readonly number[]): Promise<ReadonlyMap<number, Event>> {
  const found = new Map<number, Event>();
  for (let at = 0; at < seqs.length; at += pageSize) {
    for (const event of await log.get(seqs.slice(at, at + pageSize))) if (event) found.set(event.seq, event);
  }
  return found;
}

export async function readOn(
  live: Pick<LiveCalls, 'cursor' | 'apply'>,
  log: Pick<EventLog, 'head' | 'read'>,
): Promise<void> {
  // What comes meanwhile is read too: whoever feeds the view begins when it is here.
  for (let after = live.cursor.seq; after < log.head(); ) {
    const page = await log.read({ after, limit: pageSize, sparing: true });
    live.apply(page.events);
    if (page.scannedTo <= after) return;
    after = page.scannedTo;
  }
}
