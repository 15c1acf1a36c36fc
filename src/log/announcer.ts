/**
 * Says what Offhook itself has to say: takes events from the outbox, where they are durable with the change they tell
 * of, and appends them until the log has them. Each is said at least once; its id is the same every time, so that the
 * log drops a repeat within its id window.
 *
 * States: **resting** -> something was added, or the start -> **saying** (a batch at a time, oldest first: append, then
 * settle) -> nothing is left -> resting; the log refuses or the store fails -> **waiting** 0.1 s, twice as long each
 * time up to 30 s -> saying. `stop` ends a wait, and lets a batch under way finish: what is left is said after the next
 * start.
 */
import { type Clock, delay } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { NewEvent } from '../model/event.ts';
import type { EventLog } from './event-log.ts';

/** What it needs of the outbox. */
export interface WaitingEvents {
  /** In the order they were written. */
  next(limit: number): Promise<readonly { readonly row: number; readonly event: NewEvent }[]>;
  settle(upTo: number): Promise<void>;
  onAdded(listener: () => void): () => void;
}

export interface AnnouncerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'append'>;
  readonly outbox: WaitingEvents;
}

export interface Announcer extends Service {
  /** Resolves when it has nothing more to say. */
  idle(): Promise<void>;
  /** Resolves when what it is saying at this moment is said, or was refused: it is read again from the outbox then. */
  said(): Promise<void>;
}

/** At most about 10 MB, were every event as large as an audit entry can be. */
const batch = 100;
const firstWaitMs = 100;
const longestWaitMs = 30_000;

export function createAnnouncer({ clock, logger, log, outbox }: AnnouncerDeps): Announcer {
  const stopping = new AbortController();
  let added = false;
  let saying: Promise<void> | null = null;
  let batchUnderWay: Promise<unknown> = Promise.resolve();
  let off: (() => void) | null = null;

  /** @returns whether there may be more. */
  const sayBatch = async (): Promise<boolean> => {
    const waiting = await outbox.next(batch);
    const last = waiting.at(-1);
    if (!last) return false;
    for (const outcome of await log.append(waiting.map(({ event }) => event))) {
      // Nobody else makes such ids; one bad row must not keep the others from being said.
      if (outcome.kind === 'conflict') logger.error({ event: outcome.id }, 'an event of Offhook itself has a known id');
    }
    await outbox.settle(last.row);
    return true;
  };

  const sayAll = async (): Promise<void> => {
    let waitMs = firstWaitMs;
    while (!stopping.signal.aborted) {
      try {
        added = false;
        while (!stopping.signal.aborted && (await (batchUnderWay = sayBatch()))) waitMs = firstWaitMs;
        if (!added) break;
      } catch (error) {
        logger.warn({ reason: String(error), waitMs }, 'what Offhook has to say could not be stored; trying again');
        await delay(clock, waitMs, stopping.signal).catch(() => {});
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      }
    }
    // In the same turn as the last look at `added`, so that no one is overheard.
    saying = null;
  };
  const wake = (): void => {
    added = true;
    saying ??= sayAll();
  };

  const idle = async (): Promise<void> => {
    if (!saying) return;
    await saying;
    await idle();
  };

  return {
    start: async () => {
      off = outbox.onAdded(wake);
      wake();
    },
    stop: async () => {
      stopping.abort();
      off?.();
      await saying;
    },
    idle,
    said: () =>
      batchUnderWay.then(
        () => {},
        () => {},
      ),
  };
}
