import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../kit/manual-clock.ts';
import { silentLogger } from '../kit/logger.ts';
import { createRetention } from './retention.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is too old goes bit by bit, again every minute, and a failure does not end it', async () => {
  const clock = new ManualClock(1_000_000_000_000);
  const asked: string[] = [];
  let left = 2;
  const retention = createRetention({
    clock,
    logger: silentLogger,
    eventsMs: 1_000,
    attemptsMs: 2_000,
    look: () => Promise.resolve(),
    auditMs: 3_000,
    callsMs: 4_000,
    calls: {
      trim: ({ startedBefore }) => {
        asked.push(`calls ${clock.now() - startedBefore}`);
        return Promise.resolve({ more: false });
      },
    },
    audit: {
      trim: ({ before }) => {
        asked.push(`audit ${clock.now() - before}`);
        return Promise.resolve({ more: false });
      },
    },
    log: {
      trim: ({ acceptedBefore }) => {
        asked.push(`events ${clock.now() - acceptedBefore}`);
        return Promise.resolve({ trimmedTo: 0, more: left-- > 0 });
      },
    },
    attempts: {
      trimAttempts: ({ startedBefore }) => {
        asked.push(`attempts ${clock.now() - startedBefore}`);
        return asked.length < 6 ? Promise.reject(new Error('disk')) : Promise.resolve({ more: false });
      },
    },
    erasures: { forget: (endedBefore) => Promise.resolve(void asked.push(`erasures ${clock.now() - endedBefore}`)) },
    replays: { forget: (endedBefore) => Promise.resolve(void asked.push(`replays ${clock.now() - endedBefore}`)) },
    idempotency: {
      forgetBefore: () => {
        asked.push('answers');
        return Promise.resolve({ more: false });
      },
    },
  });
  await retention.start();
  await settled();
  assert.deepEqual(asked, ['events 1000', 'events 1000', 'events 1000', 'attempts 2000']);
  clock.advance(60_000);
  await settled();
  const again = [
    'events 1000',
    'attempts 2000',
    'replays 2000',
    'erasures 3000',
    'audit 3000',
    'calls 4000',
    'answers',
  ];
  assert.deepEqual(asked.slice(4), again);
  await retention.stop();
  clock.advance(120_000);
  await settled();
  assert.equal(asked.length, 11);
});
