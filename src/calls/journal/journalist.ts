/**
 * Keeps the journal of calls: reads the log behind its head and writes what it tells of each call, with its place in
 * the log, in one transaction. A crash repeats a page at most, and a page that was read before changes nothing.
 *
 *   resting ── an event came ──> a little later: reading a page ── at the head ──> resting
 *   reading a page ── more is there ──> pausing three times as long as the page took ──> reading the next
 *   pausing, resting ── somebody wants to see what is accepted by now ──> reading without pauses, up to there
 *   reading ── the store refused ──> waiting a second ──> reading, from the last page that was kept
 *
 * The pauses are for those who send events: they wait for the same writer, and what takes the journal a quarter of its
 * time may be behind for a while after a burst, which costs nobody anything.
 *
 * Rests are short, and spare a busy call a write for each of its events. Whoever wants to see what was accepted just
 * now says so (`caughtUp`), and it reads at once.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Service } from '../../kit/service.ts';
import { attachCursor, eventsBetween } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import { callIdOf } from '../../model/stored-event.ts';
import { foldCall, isAboutCall } from './fold.ts';
import type { JournalStore } from './journal-store.ts';

export interface JournalistDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'id' | 'head' | 'floor' | 'holes' | 'read' | 'onAppended'>;
  readonly journal: JournalStore;
}

export interface Journalist extends Service {
  /** Events it has not read yet. */
  behind(): number;
  /** Why it gets no further; null while it does. */
  trouble(): string | null;
  /** Resolves when all that is in the log by now is in the journal, or after so many milliseconds. */
  caughtUp(mostMs: number): Promise<void>;
}

/** Events a page has at most: one or two milliseconds of the writer, for which an append may have to wait. */
const pageSize = 50;
const restMs = 250;
/** How many times as long as a page took nothing is read after it. */
const pauseShare = 3;
const afterFailureMs = 1_000;
/** Records remembered, so that a call's next event need not look for them. */
const mostRemembered = 2_000;

export function createJournalist({ clock, logger, log, journal }: JournalistDeps): Journalist {
  const remembered = new Map<string, CallRecord>();
  const waiting = new Set<{ readonly upTo: number; readonly done: () => void }>();
  let cursor = 0;
  let problem: string | null = null;
  let timer: Timer | null = null;
  let reading: Promise<void> | null = null;
  let stopped = false;
  let off = (): void => {};

  const attach = async (): Promise<void> => {
    const place = await journal.place();
    const { next, gap } = attachCursor(log, place ?? { log: log.id, seq: log.floor() });
    if (gap) logger.warn({ gap }, 'events were gone before the journal of calls could read them');
    const replaced = gap?.reason === 'log replaced';
    if (replaced) await journal.forgetSequences();
    cursor = replaced ? log.floor() : next.seq;
  };

  const page = async (): Promise<void> => {
    const { events, scannedTo } = await log.read({ after: cursor, limit: pageSize, sparing: true });
    const calls = Map.groupBy(events.filter(isAboutCall), orderKeyOf);
    const before = await recordsOf(calls);
    const records = [...calls].flatMap(([key, own]) => {
      const record = foldCall(before.get(key) ?? null, own);
      return record ? [[key, record] as const] : [];
    });
    await journal.write(
      records.map(([, record]) => record),
      { log: log.id, seq: scannedTo },
    );
    for (const [key, record] of records) remember(key, record);
    cursor = scannedTo;
  };

  const recordsOf = async (calls: ReadonlyMap<string, readonly Event[]>): Promise<Map<string, CallRecord>> => {
    const found = new Map<string, CallRecord>();
    const unknown: [string, { domain: string; callId: string }][] = [];
    for (const [key, [event]] of calls) {
      const held = remembered.get(key);
      if (held) found.set(key, held);
      else if (event) unknown.push([key, { domain: event.domain, callId: callIdOf(event) as string }]);
    }
    const stored = unknown.length === 0 ? [] : await journal.records(unknown.map(([, key]) => key));
    unknown.forEach(([key], index) => {
      const record = stored[index];
      if (record) found.set(key, record);
    });
    return found;
  };

  const remember = (key: string, record: CallRecord): void => {
    remembered.delete(key);
    remembered.set(key, record);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= mostRemembered) return;
      remembered.delete(oldest);
    }
  };

  const tell = (): void => {
    for (const one of waiting) {
      if (cursor < one.upTo) continue;
      waiting.delete(one);
      one.done();
    }
  };

  const hasMore = (): boolean => !stopped && cursor < log.head();

  /** @returns how long to pause before what is left, milliseconds */
  const readOn = async (): Promise<number> => {
    try {
      while (hasMore()) {
        const began = clock.monotonic();
        await page();
        problem = null;
        tell();
        if (waiting.size === 0) return (clock.monotonic() - began) * pauseShare;
      }
    } catch (error) {
      if (problem === null) logger.error({ reason: String(error) }, 'the journal of calls could not be kept');
      problem = error instanceof Error ? error.message : String(error);
      remembered.clear();
      return afterFailureMs;
    }
    return 0;
  };

  const read = (): void => {
    timer?.cancel();
    timer = null;
    if (stopped || reading) return;
    reading = readOn().then((pauseMs) => {
      reading = null;
      if (cursor < log.head()) rest(pauseMs);
    });
  };

  const rest = (ms: number): void => {
    if (stopped || reading || timer) return;
    timer = clock.schedule(ms, read);
  };

  return {
    behind: () => eventsBetween(log, cursor, log.head()),
    trouble: () => problem,
    caughtUp: (mostMs) => {
      const upTo = log.head();
      if (cursor >= upTo || stopped) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { upTo, done: resolve };
      waiting.add(one);
      const limit = clock.schedule(mostMs, resolve);
      read();
      return promise.finally(() => {
        waiting.delete(one);
        limit.cancel();
      });
    },
    start: async () => {
      await attach();
      off = log.onAppended(() => rest(restMs));
      read();
    },
    stop: async () => {
      stopped = true;
      off();
      timer?.cancel();
      await reading;
      for (const one of waiting) one.done();
    },
  };
}
