import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptOf } from '../../../test/conformance/delivery-store.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { DeliveryFlush } from '../../records/delivery-store.ts';
import { defaultFlushLimits, Flusher } from './flusher.ts';

const turn = (): Promise<void> => new Promise(setImmediate);

/** A flusher whose store answers when it is told to. */
function slowlyFlushing() {
  const clock = new ManualClock();
  const flushes: { readonly seqs: readonly number[]; readonly at: number; readonly durable: () => void }[] = [];
  const flusher = new Flusher({
    clock,
    logger: silentLogger,
    store: {
      load: () => assert.fail('nothing is loaded'),
      flush: ({ attempts }: DeliveryFlush) =>
        new Promise((resolve) => {
          const durable = (): void => resolve({ lastAttemptRow: flushes.length });
          flushes.push({ seqs: attempts.map(({ seq }) => seq), at: clock.monotonic(), durable });
        }),
    },
    collect: () => null,
    counted: () => {},
    unblocked: () => {},
  });
  const durable = async (): Promise<void> => {
    flushes.at(-1)?.durable();
    await turn();
  };
  return { clock, flusher, flushes, durable };
}

const { gatherMs, limitMs } = defaultFlushLimits;

test('a result waits for others for as long as it gathers, and once only: what came while a flush was written goes right after it', async () => {
  const { clock, flusher, flushes, durable } = slowlyFlushing();
  flusher.attempt(attemptOf(1));
  clock.advance(gatherMs);
  flusher.attempt(attemptOf(2));
  clock.advance(gatherMs + 5);
  await durable();
  clock.advance(0);
  assert.deepEqual(
    flushes.map(({ seqs, at }) => [seqs, at]),
    [
      [[1], gatherMs],
      [[2], 2 * gatherMs + 5],
    ],
  );
});

test('how long the oldest result has waited counts from before the flush it just missed', async () => {
  const { clock, flusher, durable } = slowlyFlushing();
  flusher.attempt(attemptOf(1));
  clock.advance(gatherMs);
  flusher.attempt(attemptOf(2));
  clock.advance(400);
  assert.equal(flusher.waitingMs, gatherMs + 400);
  await durable();
  assert.equal(flusher.waitingMs, 400);
  clock.advance(limitMs - 401);
  assert.equal(flusher.blocked, false);
  clock.advance(1);
  assert.equal(flusher.blocked, true, 'the second was recorded a whole limit ago');
  await durable();
  assert.equal(flusher.blocked, false);
  assert.equal(flusher.trouble, null);
});
