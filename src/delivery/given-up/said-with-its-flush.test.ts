import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptOf } from '../../../test/conformance/delivery-store.ts';
import { eventOf } from '../../../test/support/builders.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { DeliveryFlush } from '../../records/delivery-store.ts';
import { Flusher } from '../flush/flusher.ts';
import { GivenUpTeller } from './given-up-teller.ts';

test('the flush that lists a delivery as cancelled says so, also when it is tried again; one that lists none waits for nothing', async () => {
  const clock = new ManualClock();
  const teller = new GivenUpTeller({
    clock,
    logger: silentLogger,
    log: {
      get: (seqs) => Promise.resolve(seqs.map((seq) => ({ ...eventOf({ id: `e${seq}` }), seq, acceptedAt: '' }))),
    },
    audit: { write: () => Promise.reject(new Error('it was to be said with its flush')) },
  });
  const flushes: DeliveryFlush[] = [];
  let failures = 1;
  const scope = { reseller: 'r1', domain: 'acme', user: '*', extension: '*' };
  const flusher = new Flusher({
    clock,
    logger: silentLogger,
    store: {
      load: () => assert.fail('nothing is loaded'),
      flush: (batch) => {
        if (failures-- > 0) return Promise.reject(new Error('disk full'));
        flushes.push(batch);
        return Promise.resolve({ lastAttemptRow: flushes.length });
      },
    },
    collect: () => null,
    counted: () => {},
    unblocked: () => {},
    said: () => teller.claim(),
    recorded: (row) => teller.recorded(row, { number: row.subscription, selection: { scope } } as Subscription),
  });
  const flush = async () => {
    for (let turn = 0; turn < 10; turn++) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  };
  flusher.attempt(attemptOf(1, { outcome: 'cancelled', status: 503, attempt: 5 }));
  await flush();
  flusher.attempt(attemptOf(2));
  await flush();
  assert.deepEqual(
    flushes.map(({ attempts, events = [] }) => [
      attempts.map(({ seq }) => seq),
      events.map(({ data }) => data['eventId']),
    ]),
    [
      [[1], ['e1']],
      [[2], []],
    ],
  );
});

test('what can not be put in words does not hold up the results it is about', async () => {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const flushes: DeliveryFlush[] = [];
  const flusher = new Flusher({
    clock,
    logger: { ...silentLogger, error: (facts) => void errors.push(facts) },
    store: {
      load: () => assert.fail('nothing is loaded'),
      flush: (batch) => {
        flushes.push(batch);
        return Promise.resolve({ lastAttemptRow: flushes.length });
      },
    },
    collect: () => null,
    counted: () => {},
    unblocked: () => {},
    said: () => Promise.reject(new Error('no words')),
  });
  flusher.attempt(attemptOf(1, { outcome: 'cancelled', status: 503, attempt: 5 }));
  await flusher.close();
  assert.equal(flushes[0]?.attempts.length, 1);
  assert.deepEqual(errors[0], { reason: 'Error: no words' });
});
