/**
 * Erases numbers, one order after the other, in the background.
 *
 *   queued ── those before it are done ──> log: events up to the newest there was when it was ordered, page by page
 *     ──> deliveries: what waits is read again, what is under way ends, and what came of it is recorded
 *     ──> outbox, then tail: what Offhook itself was about to say, and what came into the log meanwhile
 *     ──> attempts ──> counters ──> calls (between two pages of the journal) ──> audit ──> answers
 *     ──> freed: pages that were freed are overwritten, the write-ahead log is emptied
 *     ──> remains: what the file still has of the number is looked for and overwritten
 *     ──> disk: here the number is forgotten, and the write-ahead log that named it is emptied ──> done
 *   any ── a piece failed ──> waiting a second ──> the same piece again
 *   any ── a crash or stop ──> where it was noted last, a second before at most; pieces that are done find nothing
 *
 * The order matters: each place is erased after those that could bring the number back to it. After every piece nothing
 * is done for three times as long as it took, so that a quarter of the store's time is the most it takes.
 */
import { delay } from '../kit/clock.ts';
import type { Service } from '../kit/service.ts';
import { eraseRuns } from '../model/erasure/erase-runs.ts';
import type { ErasureStage } from '../records/erasure-store.ts';
import type { ErasureDeps } from './deps.ts';
import type { Erasure } from './erasure.ts';
import { pieces } from './stages.ts';

const pauseShare = 3;
const longestPauseMs = 1_000;
const afterFailureMs = 1_000;
/** How often it is noted within a stage how far it is. */
const noteEveryMs = 1_000;

export interface Eraser extends Service {
  add(erasure: Erasure): void;
}

/** An error may quote what it failed on. */
function reasonOf(error: unknown, erasure: Erasure): string {
  const reason = error instanceof Error ? error.message : String(error);
  return erasure.knowsNumber ? eraseRuns(reason, erasure.number) : reason;
}

export function createEraser(deps: ErasureDeps): Eraser {
  const { clock, logger, store } = deps;
  const queue: Erasure[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | null = null;
  let notedAt = -Infinity;
  let started = false;

  const note = async (erasure: Erasure): Promise<void> => {
    await store.mark(erasure.order.number, erasure.progress);
    notedAt = clock.monotonic();
  };

  const piece = async (erasure: Erasure): Promise<void> => {
    const next = await pieces[erasure.progress.stage as ErasureStage](deps, erasure, signal);
    if (next === null) erasure.nextStage(clock.now());
    else erasure.moveTo(next);
    if (next === null || clock.monotonic() - notedAt >= noteEveryMs) await note(erasure);
    erasure.trouble = null;
  };

  const pause = (ms: number): Promise<void> =>
    delay(clock, Math.min(Math.max(1, ms), longestPauseMs), signal).catch(() => {});

  const step = async (erasure: Erasure): Promise<void> => {
    const began = clock.monotonic();
    try {
      await piece(erasure);
      await pause((clock.monotonic() - began) * pauseShare);
    } catch (error) {
      if (signal.aborted) return;
      const reason = reasonOf(error, erasure);
      if (erasure.trouble === null) {
        const { number } = erasure.order;
        logger.error(
          { erasure: number, stage: erasure.progress.stage, reason },
          'an erasure gets no further; trying again',
        );
      }
      erasure.trouble = reason;
      await pause(afterFailureMs);
    }
  };

  const run = async (): Promise<void> => {
    for (let erasure = queue[0]; erasure && !signal.aborted; erasure = queue[0]) {
      erasure.running = true;
      while (!erasure.isDone && !signal.aborted) await step(erasure);
      if (signal.aborted) return;
      queue.shift();
      logger.info({ erasure: erasure.order.number, counts: erasure.progress.counts }, 'an erasure is done');
    }
  };
  const wake = (): void => {
    if (signal.aborted) return;
    running ??= run().finally(() => {
      running = null;
      if (queue.length > 0) wake();
    });
  };

  return {
    add: (erasure) => {
      queue.push(erasure);
      if (started) wake();
    },
    start: async () => {
      started = true;
      if (queue.length > 0) wake();
    },
    stop: async () => {
      stopping.abort(new Error('erasing was stopped'));
      await running;
    },
  };
}
