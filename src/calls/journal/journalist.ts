/**
 * Keeps the journal of calls: reads the log behind its head, folds what it tells of each call into a record, and writes
 * records when they are due (see `HeldRecords`), with the place before which all is written, in one transaction. After a
 * crash it reads on from that place; what is in a record already changes nothing.
 *
 *   resting ── an event came ──> a little later: reading a page ── at the head ──> writing what is due ──> resting
 *   reading a page ── more is there ──> writing what is due, pausing three times as long as that took ──> the next page
 *   pausing, resting ── somebody looks for what is accepted by now ──> reading without pauses up to there, writing what
 *     they look for, what the store has an older version of, and what is due, and no more: who searches all day must not
 *     make every call be written again and again
 *   resting ── a record is due ──> writing
 *   any ── the log or the store refused ──> waiting a second ──> going on; what was read is still held
 *
 * The pauses are for those who send events: they wait for the same threads, and what takes the journal a quarter of its
 * time may be behind for a while after a burst, which costs nobody anything.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Service } from '../../kit/service.ts';
import { attachCursor, eventsBetween } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { foldPage } from './fold-page.ts';
import { HeldRecords, type Matters } from './held-records.ts';
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
  /**
   * Resolves when all that is in the log by now is in the journal, or after so many milliseconds.
   * @param matters only calls like these need be there as they are now
   */
  caughtUp(mostMs: number, matters?: Matters): Promise<void>;
  /** Writes what it holds, then runs something that changes records while it reads none; it remembers none after that. */
  between<T>(work: () => Promise<T>): Promise<T>;
}

/** Somebody who looks for calls. */
interface Waiting {
  readonly upTo: number;
  readonly matters: Matters;
  readonly done: () => void;
}

/** Events a page has at most. */
const pageSize = 50;
/** Records of one transaction: about a millisecond of the writer, for which an append may have to wait. */
const writtenAtOnce = 20;
/** The place is kept at least so often, though no call is written: it need not be read again after a crash. */
const placeEvery = 10_000;
const restMs = 250;
/** How many times as long as a page took nothing is read after it. */
const pauseShare = 3;
const afterFailureMs = 1_000;

export function createJournalist({ clock, logger, log, journal }: JournalistDeps): Journalist {
  const held = new HeldRecords();
  const waiting = new Set<Waiting>();
  let cursor = 0;
  /** Where the store has it that the journal goes on after a crash. */
  let kept = 0;
  let problem: string | null = null;
  let timer: { readonly at: number; readonly timer: Timer } | null = null;
  let working: Promise<void> | null = null;
  let stopped = false;
  let off = (): void => {};

  const attach = async (): Promise<void> => {
    const place = await journal.place();
    const { next, gap } = attachCursor(log, place ?? { log: log.id, seq: log.floor() });
    if (gap) logger.warn({ gap }, 'events were gone before the journal of calls could read them');
    const replaced = gap?.reason === 'log replaced';
    if (replaced) await journal.forgetSequences();
    cursor = replaced ? log.floor() : next.seq;
    kept = cursor;
  };

  const page = async (): Promise<void> => {
    const { events, scannedTo } = await log.read({ after: cursor, limit: pageSize, sparing: true });
    await foldPage(events, { held, journal, now: () => clock.monotonic() });
    cursor = scannedTo;
  };

  const write = async (records: ReadonlyMap<string, CallRecord>): Promise<void> => {
    const oldest = held.oldestSince(records);
    const seq = oldest === null ? cursor : Math.min(oldest - 1, cursor);
    await journal.write([...records.values()], { log: log.id, seq });
    held.wrote(records);
    kept = seq;
  };

  const writeAll = async (): Promise<void> => {
    for (let records = held.first(writtenAtOnce); records.size > 0; records = held.first(writtenAtOnce)) {
      await write(records);
    }
  };

  /** All they wait for was read by now. */
  const ready = (): readonly Waiting[] => [...waiting].filter(({ upTo }) => cursor >= upTo);

  /** What somebody looks for is written, and they are told. */
  const serve = async (): Promise<void> => {
    const served = ready();
    if (served.length === 0) return;
    const isLookedFor: Matters = (record) => served.some(({ matters }) => matters(record));
    // Nothing joins meanwhile, so one look at what is held is enough.
    const records = [...held.first(Infinity, isLookedFor)];
    for (let at = 0; at < records.length; at += writtenAtOnce) {
      await write(new Map(records.slice(at, at + writtenAtOnce)));
    }
    for (const one of served) {
      waiting.delete(one);
      one.done();
    }
  };

  /** What is due; all of it, where the end has come. */
  const writeDue = async (): Promise<void> => {
    const next = (): Map<string, CallRecord> =>
      stopped ? held.first(writtenAtOnce) : held.due(clock.monotonic(), writtenAtOnce);
    for (let records = next(); records.size > 0; records = next()) await write(records);
    const lag = cursor - kept;
    if (held.unwritten === 0 && (lag >= placeEvery || (stopped && lag > 0))) await write(new Map());
  };

  const hasMore = (): boolean => !stopped && cursor < log.head();
  const isUrgent = (): boolean => !stopped && ready().length > 0;

  /** In the same turn as the last look at what there is, so that nothing that comes is passed over. */
  const rest = (ms: number | null): void => {
    working = null;
    if (ms !== null) workIn(ms);
  };

  const readAndWrite = async (): Promise<void> => {
    try {
      do {
        const began = clock.monotonic();
        if (hasMore()) await page();
        await serve();
        await writeDue();
        problem = null;
        if (hasMore() && waiting.size === 0) return rest((clock.monotonic() - began) * pauseShare);
      } while (hasMore() || isUrgent());
    } catch (error) {
      if (problem === null) logger.error({ reason: String(error) }, 'the journal of calls could not be kept');
      problem = error instanceof Error ? error.message : String(error);
      return rest(afterFailureMs);
    }
    const dueAt = held.nextDueAt();
    rest(dueAt === null ? null : Math.max(0, dueAt - clock.monotonic()));
  };

  const work = (): void => {
    timer?.timer.cancel();
    timer = null;
    if (stopped || working) return;
    working = readAndWrite();
  };

  const between = async <T>(change: () => Promise<T>): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Looked at and taken in one turn: nobody gets in between.
    for (let other = working; other; other = working) await other;
    working = promise;
    try {
      await writeAll();
      return await change();
    } finally {
      held.forget();
      working = null;
      resolve();
      work();
    }
  };

  /** At the latest. */
  const workIn = (ms: number): void => {
    const at = clock.monotonic() + ms;
    if (stopped || working || (timer && timer.at <= at)) return;
    timer?.timer.cancel();
    timer = { at, timer: clock.schedule(ms, work) };
  };

  return {
    behind: () => eventsBetween(log, cursor, log.head()),
    trouble: () => problem,
    between,
    caughtUp: (mostMs, matters = () => true) => {
      const upTo = log.head();
      if ((cursor >= upTo && held.first(1, matters).size === 0) || stopped) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { upTo, matters, done: resolve };
      waiting.add(one);
      const limit = clock.schedule(mostMs, resolve);
      work();
      return promise.finally(() => {
        waiting.delete(one);
        limit.cancel();
      });
    },
    start: async () => {
      await attach();
      off = log.onAppended(() => workIn(restMs));
      work();
    },
    stop: async () => {
      stopped = true;
      off();
      timer?.timer.cancel();
      await working;
      await writeDue().catch(() => {
        // It is in the log, and will be read again.
      });
      for (const one of waiting) one.done();
    },
  };
}
