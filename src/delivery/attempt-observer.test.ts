import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';

const retry = { maxAttempts: 3, delaysMs: [1_000, 5_000], jitter: 0 };

test('an observer is told of each attempt: what came of it, and what was decided', async () => {
  const w = new DeliveryWorld(1);
  await w.start();
  const subscription = await w.subscribe('a.test', { retry });
  w.moods.set('a.test', 'fails');
  await w.append({ id: 'first', call: callOf('c1') });
  await w.pass(10_000);
  w.moods.set('a.test', 'ok');
  await w.append({ id: 'second', call: callOf('c2') });
  await w.pass(10_000);
  const told = w.reports.map(({ seq, attempt, outcome, retryInMs, verdict }) => {
    return [seq, attempt, outcome, retryInMs, verdict.status];
  });
  assert.deepEqual(told, [
    [1, 1, 'failed', 1_000, 503],
    [1, 2, 'failed', 5_000, 503],
    [1, 3, 'cancelled', null, 503],
    [2, 1, 'delivered', null, 204],
  ]);
  // A parked delivery's event is read again, and shown as well.
  assert.deepEqual(
    w.reports.map(({ events }) => events.map((event) => event?.id)),
    [['first'], ['first'], ['first'], ['second']],
  );
  assert.deepEqual(
    w.reports.map(({ parked }) => parked),
    [1, 1, 0, 0],
  );
  for (const report of w.reports) {
    assert.equal(report.subscription?.number, subscription.number);
    assert.equal(report.endpoint.number, subscription.endpoint);
    assert.equal(report.replay, null);
  }
});

test('an observer is told of what took no request, and of what a stop cut off', async () => {
  const w = new DeliveryWorld(2);
  await w.start();
  await w.subscribe('a.test', { retry, expireAfterMs: { 'call.started': 500 } });
  w.moods.set('a.test', 'fails');
  await w.append({ id: 'late', call: callOf('c1'), type: 'call.started' });
  await w.pass(2_000);
  assert.deepEqual(
    w.reports.map(({ outcome, attempt, verdict }) => [outcome, attempt, verdict.requested]),
    [
      ['failed', 1, true],
      ['expired', 1, false],
    ],
  );
  w.moods.set('a.test', 'hangs');
  await w.append({ id: 'cut off', call: callOf('c2') });
  await w.pass(1);
  const stopped = w.delivery.stop();
  await w.pass(20_000);
  await stopped;
  const last = w.reports.at(-1);
  assert.ok(last);
  assert.deepEqual([last.events[0]?.id, last.verdict.status], ['cut off', 0]);
});
