import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everything } from '../model/scope.ts';
import { callOf, draftOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';

const minute = 60_000;
const callEvent = (call: string) => ({ call: callOf(call) });
const quickRetry = { maxAttempts: 4, delaysMs: [1_000, 5_000], jitter: 0.1 };

async function world(seed = 1): Promise<DeliveryWorld> {
  const made = new DeliveryWorld(seed);
  await made.start();
  return made;
}

test('an event reaches every subscription that wants it, once', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const b = await w.subscribe('b.test', { selection: { events: ['call.ended'] } });
  await w.append(callEvent('c1'), { ...callEvent('c1'), type: 'call.ended' });
  await w.pass(1_000);
  assert.deepEqual(w.firstReceipts(a.number), [1, 2]);
  assert.deepEqual(w.firstReceipts(b.number), [2]);
  assert.equal(w.received.length, 3);
});

test('a filter keeps back what it is not true of; one that comes to nothing keeps its event back and stops nothing', async () => {
  const w = await world();
  const inbound = await w.subscribe('a.test', { selection: { filter: "call.direction == 'inbound'" } });
  const fails = await w.subscribe('b.test', { selection: { filter: 'data.amount > 5' } });
  await w.append(
    { call: callOf('c1', { direction: 'inbound' }), data: { amount: 9 } },
    { call: callOf('c2', { direction: 'outbound' }), data: { amount: 'many' } },
    { call: callOf('c3', { direction: 'inbound' }), data: {} },
    { call: callOf('c4', { direction: 'internal' }), data: { amount: 6 } },
  );
  await w.pass(1_000);
  assert.deepEqual(w.firstReceipts(inbound.number), [1, 3]);
  assert.deepEqual(w.firstReceipts(fails.number), [1, 4]);
  assert.equal(w.delivery.figures().filterErrors, 2);
});

test('a filter decides as it stood at the event, also for a lane that catches up later', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { selection: { filter: "call.direction == 'inbound'" } });
  w.moods.set('a.test', 'hangs');
  const calls = (from: number) =>
    (['inbound', 'outbound'] as const).map((is, index) => ({ call: callOf(`c${from + index}`, { direction: is }) }));
  for (let round = 0; round < 40; round++) await w.append(...calls(round * 2));
  const filter = "call.direction == 'outbound'";
  const edited = { ...a, selection: { ...a.selection, filter } };
  await w.delivery.subscriptions.update(everything, a.id, () => ({ draft: edited }));
  await w.append(...calls(80));
  w.moods.set('a.test', 'ok');
  await w.crash(true);
  await w.pass(120_000);
  const wanted = [...Array.from({ length: 40 }, (_, index) => index * 2 + 1), 82];
  assert.deepEqual(
    [...new Set(w.firstReceipts(a.number))].sort((x, y) => x - y),
    wanted,
  );
});

test('events accepted before a subscription was made are not its business', async () => {
  const w = await world();
  await w.append(callEvent('c1'));
  const a = await w.subscribe('a.test');
  await w.append(callEvent('c1'));
  await w.pass(1_000);
  assert.deepEqual(w.firstReceipts(a.number), [2]);
});

test('a failing delivery parks its call, others go on, and followers come in order after it', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: quickRetry });
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'));
  await w.pass(100);
  w.moods.set('a.test', 'ok');
  await w.append(callEvent('c2'), callEvent('c1'), callEvent('c2'), callEvent('c1'));
  await w.pass(500);
  assert.deepEqual(w.firstReceipts(a.number), [2, 4]);
  assert.deepEqual(
    [...w.store.parked.values()].map(({ seq, dueAt }) => [seq, dueAt !== null]),
    [
      [1, true],
      [3, false],
      [5, false],
    ],
  );
  await w.pass(2_000);
  assert.deepEqual(w.firstReceipts(a.number), [2, 4, 1, 3, 5]);
  assert.equal(w.store.parked.size, 0);
});

test('a delivery is given up after its last attempt, and what waits behind it goes on', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: quickRetry });
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'), callEvent('c1'));
  await w.pass(12_500);
  w.moods.set('a.test', 'ok');
  await w.pass(10 * minute);
  assert.deepEqual(w.firstReceipts(a.number), [2]);
  const first = w.store.attempts.filter(({ seq }) => seq === 1);
  assert.deepEqual(
    first.map(({ attempt, outcome }) => [attempt, outcome]),
    [
      [1, 'failed'],
      [2, 'failed'],
      [3, 'failed'],
      [4, 'cancelled'],
    ],
  );
});

test('a dead receiver is left alone but for probes, and gets its backlog with a growing window', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  w.moods.set('a.test', 'fails');
  for (let call = 0; call < 300; call++) await w.append(callEvent(`c${call}`));
  await w.pass(1_000);
  const [endpoint] = w.delivery.endpoints(everything);
  assert.equal(endpoint?.breaker, 'open');
  assert.equal(endpoint?.waiting, 0, 'what waits for a dead receiver is not kept in memory');
  const attemptsWhenOpened = w.store.attempts.length;
  await w.pass(10 * minute);
  assert.ok(w.store.attempts.length - attemptsWhenOpened < 100, `${w.store.attempts.length} attempts`);
  w.moods.set('a.test', 'ok');
  await w.pass(60 * minute);
  assert.equal(new Set(w.firstReceipts(a.number)).size, 300);
  assert.equal(w.delivery.endpoints(everything)[0]?.breaker, 'closed');
  assert.equal(w.delivery.endpoints(everything)[0]?.attached, true);
  assert.equal(w.store.lanes.size, 0);
});

test('an array dialect gets waiting events of several calls in one request, and a failed batch is repeated as it was', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { options: { batch: 10 }, target: { maxInFlight: 1 }, retry: quickRetry });
  w.moods.set('a.test', 'slow');
  await w.append(callEvent('c0'));
  await w.pass(10);
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'), callEvent('c2'), callEvent('c1'));
  await w.pass(2_600);
  assert.deepEqual(
    w.store.attempts.slice(1, 4).map(({ seq, batch, outcome }) => [seq, batch, outcome]),
    [
      [2, 2, 'failed'],
      [3, 2, 'failed'],
      [4, 2, 'failed'],
    ],
  );
  w.moods.set('a.test', 'ok');
  await w.append(callEvent('c2'));
  await w.pass(10_000);
  assert.deepEqual(
    w.received.map(({ seqs }) => seqs),
    [[1], [2, 3, 4], [5]],
  );
  assert.deepEqual(w.firstReceipts(a.number), [1, 2, 3, 4, 5]);
});

test('410 disables the subscription and cancels what is parked for it', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: quickRetry });
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'), callEvent('c1'));
  await w.pass(100);
  w.moods.set('a.test', 'gone');
  await w.append(callEvent('c2'));
  await w.pass(10_000);
  assert.equal(w.delivery.subscriptions.byNumber(everything, a.number)?.selection.enabled, false);
  assert.equal(w.store.parked.size, 0);
  await w.append(callEvent('c3'));
  await w.pass(1_000);
  assert.equal(
    w.store.attempts.some(({ seq }) => seq === 4),
    false,
  );
});

test('a late 410 of the former URL does not disable a corrected subscription, and its delivery is tried at the new one', async () => {
  const w = await world();
  const a = await w.subscribe('former.test', { retry: quickRetry });
  w.moods.set('former.test', 'gone slowly');
  await w.append(callEvent('c1'));
  await w.pass(100);
  const corrected = draftOf('https://corrected.test/hook', { retry: quickRetry });
  await w.delivery.subscriptions.update(everything, a.id, () => ({ draft: corrected }));
  await w.pass(20_000);
  assert.equal(w.delivery.subscriptions.byNumber(everything, a.number)?.selection.enabled, true);
  assert.deepEqual(w.firstReceipts(a.number), [1]);
});

test('disabled and soon enabled again, all of its backlog is cancelled, also what only the log held', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: quickRetry });
  w.moods.set('a.test', 'fails');
  const events = 3_000;
  await w.append(...Array.from({ length: events }, (_, index) => callEvent(`c${index}`)));
  await w.pass(100);
  const tried = new Set(w.firstReceipts(a.number));
  const enable = (enabled: boolean) =>
    w.delivery.subscriptions.update(everything, a.id, (stored) => ({
      draft: { ...stored, selection: { ...stored.selection, enabled } },
    }));
  w.moods.delete('a.test');
  await Promise.all([enable(false), enable(true)]);
  await w.append(callEvent('later'));
  await w.pass(10 * minute);
  assert.deepEqual(
    w.firstReceipts(a.number).filter((seq) => !tried.has(seq)),
    [events + 1],
  );
  const cancelled = w.store.attempts.filter(({ outcome }) => outcome === 'cancelled');
  assert.equal(new Set(cancelled.map(({ seq }) => seq)).size, events);
});

test('a second 410 does not undo that the owner enabled the subscription again', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: quickRetry });
  w.moods.set('a.test', 'gone slowly');
  await w.append(callEvent('c1'));
  await w.pass(300);
  w.moods.set('a.test', 'gone');
  await w.append(callEvent('c2'));
  await w.pass(100);
  const stored = () => w.delivery.subscriptions.byNumber(everything, a.number);
  assert.equal(stored()?.selection.enabled, false);
  w.moods.set('a.test', 'ok');
  await w.delivery.subscriptions.update(everything, a.id, () => ({ draft: a }));
  await w.pass(20_000);
  assert.equal(stored()?.selection.enabled, true);
});

test('a delivery that is too late for its type expires instead of being sent', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', {
    retry: { ...quickRetry, delaysMs: [2 * minute] },
    expireAfterMs: { 'leg.ringing': minute },
  });
  w.moods.set('a.test', 'fails');
  await w.append({ ...callEvent('c1'), type: 'leg.ringing' }, { ...callEvent('c1'), type: 'leg.answered' });
  await w.pass(1_000);
  w.moods.set('a.test', 'ok');
  await w.pass(5 * minute);
  assert.deepEqual(w.firstReceipts(a.number), [2]);
  assert.deepEqual(
    w.store.attempts.filter(({ seq }) => seq === 1).map(({ outcome }) => outcome),
    ['failed', 'expired'],
  );
});

test('a receiver that only hangs does not hold back the checkpoint, nor anybody else', async () => {
  const w = await world();
  await w.subscribe('a.test', { target: { timeoutMs: 30_000 } });
  const b = await w.subscribe('b.test');
  w.moods.set('a.test', 'hangs');
  for (let call = 0; call < 50; call++) await w.append(callEvent(`c${call}`));
  await w.pass(8_000);
  assert.equal(w.firstReceipts(b.number).length, 50);
  assert.equal(w.store.checkpoint?.seq, 50);
  assert.equal(w.store.lanes.get(1)?.cursor, 0);
});

test('an edit decides from its sequence on, for what is read again too', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { selection: { events: ['call.started'] } });
  w.moods.set('a.test', 'fails');
  for (let call = 0; call < 20; call++) await w.append(callEvent(`c${call}`));
  await w.pass(500);
  const edited = { ...a, selection: { ...a.selection, events: ['call.ended' as const] } };
  await w.delivery.subscriptions.update(everything, a.id, () => ({ draft: edited }));
  await w.append(callEvent('c30'), { ...callEvent('c30'), type: 'call.ended' });
  w.moods.set('a.test', 'ok');
  await w.pass(60 * minute);
  const received = w.firstReceipts(a.number).sort((x, y) => x - y);
  assert.deepEqual(received, [...Array.from({ length: 20 }, (_, index) => index + 1), 22]);
});

test('deleting a subscription cancels what is parked and lets go of its endpoint', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'), callEvent('c1'));
  await w.pass(100);
  assert.equal(await w.delivery.subscriptions.remove(everything, a.id), true);
  await w.pass(3_000);
  assert.equal(w.store.parked.size, 0);
  assert.deepEqual(
    w.store.attempts.slice(1).map(({ outcome, detail }) => [outcome, detail]),
    [
      ['cancelled', 'subscription_deleted'],
      ['cancelled', 'subscription_deleted'],
    ],
  );
  assert.deepEqual(w.delivery.endpoints(everything), []);
});

test('while results can not be stored no more than the limit is sent, and all is well once they can', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  w.store.failing = true;
  for (let call = 0; call < 3_000; call++) await w.append(callEvent(`c${call}`));
  await w.pass(20_000);
  assert.ok(w.received.length <= 1_000 + 8, `${w.received.length} sent`);
  w.store.failing = false;
  await w.pass(60_000);
  assert.equal(w.firstReceipts(a.number).length, 3_000);
});

test('a subscription with a rate limit is not sent more', async () => {
  const w = await world();
  await w.subscribe('a.test', { target: { ratePerSecond: 10 } });
  for (let call = 0; call < 100; call++) await w.append(callEvent(`c${call}`));
  await w.pass(5_000);
  assert.ok(w.received.length >= 45 && w.received.length <= 52, `${w.received.length} sent in 5 s`);
});

test('stopping gives requests under way their time and makes their results durable', async () => {
  const w = await world();
  await w.subscribe('a.test');
  w.moods.set('a.test', 'slow');
  await w.append(callEvent('c1'), callEvent('c2'), callEvent('c3'));
  await w.pass(5);
  const stopped = w.delivery.stop();
  await w.pass(5_000);
  await stopped;
  assert.equal(w.received.length, 3);
  assert.equal(w.store.attempts.length, 3);
  assert.equal(w.store.checkpoint?.seq, 3);
});

test('a store that takes nothing does not keep a stop waiting for ever', async () => {
  const w = await world();
  await w.subscribe('a.test');
  w.store.failing = true;
  await w.append(callEvent('c1'));
  await w.pass(100);
  const stopped = w.delivery.stop();
  await w.pass(15_000);
  await stopped;
  assert.equal(w.store.attempts.length, 0);
});

test('what a parked delivery settled before the router came to it again survives another crash', async () => {
  const w = await world();
  const retry = { maxAttempts: 4, delaysMs: [1_000], jitter: 0 };
  await w.subscribe('a.test', { retry });
  await w.subscribe('b.test', { retry });
  w.moods.set('b.test', 'hangs');
  w.moods.set('a.test', 'fails');
  await w.append(callEvent('c1'));
  await w.pass(100);
  w.moods.set('a.test', 'ok');
  const read = w.log.read.bind(w.log);
  w.log.read = () => new Promise(() => {});
  await w.crash(true);
  await w.pass(2_000);
  w.log.read = read;
  await w.crash(true);
  await w.pass(20_000);
  assert.deepEqual(w.violations, []);
});

test('deliveries that expire unsent do not use up the rate of those that can be sent', async () => {
  const w = await world();
  const limited = { target: { ratePerSecond: 1 }, expireAfterMs: { 'call.started': minute } } as const;
  const a = await w.subscribe('a.test', limited);
  for (let call = 0; call < 150; call++) await w.append(callEvent(`c${call}`));
  for (let call = 0; call < 300; call++) {
    await w.append(callEvent(`d${call}`));
    await w.pass(1_000);
  }
  assert.ok(w.firstReceipts(a.number).filter((seq) => seq > 250).length > 100);
});

test('a subscription made while the last other one of its endpoint is removed keeps the endpoint', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const [created] = await Promise.all([w.subscribe('a.test'), w.delivery.subscriptions.remove(everything, a.id)]);
  await w.append(callEvent('c1'));
  await w.pass(1_000);
  await w.crash(true);
  await w.append(callEvent('c2'));
  await w.pass(1_000);
  assert.deepEqual(w.firstReceipts(created.number), [1, 2]);
});

test('what was kept about a log that was replaced goes, and so do the rows of endpoints that are no more', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const row = { cursor: 40, settledAbove: [] };
  w.store.lanes.set(a.endpoint, { endpoint: a.endpoint, ...row });
  w.store.lanes.set(999, { endpoint: 999, ...row });
  w.store.checkpoint = { log: 'another', seq: 50, attempts: 0 };
  await w.crash(true);
  await w.pass(2_000);
  assert.deepEqual([...w.store.lanes.keys()], []);
  w.store.lanes.set(999, { endpoint: 999, ...row });
  await w.crash(true);
  await w.pass(2_000);
  assert.deepEqual([...w.store.lanes.keys()], []);
});

test('while every receiver reads on its own the router reads nothing, and misses nobody who comes to listen', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: { ...quickRetry, maxAttempts: 50 } });
  w.moods.set('a.test', 'fails');
  const calls = (count: number) => Array.from({ length: count }, (_, at) => callEvent(`c${at}`));
  await w.append(...calls(60));
  await w.pass(10_000);
  const reads = w.reads;
  for (let round = 0; round < 20; round++) {
    await w.append(...calls(50));
    await w.pass(10);
  }
  assert.ok(w.reads - reads < 10, `${w.reads - reads} reads for 20 appends to nobody`);
  const b = await w.subscribe('b.test');
  w.moods.set('a.test', 'ok');
  await w.append(...calls(10));
  await w.pass(1_000);
  assert.equal(w.firstReceipts(b.number).length, 10);
  await w.pass(10 * minute);
  assert.equal(new Set(w.firstReceipts(a.number)).size, 60 + 20 * 50 + 10);
  assert.deepEqual(w.violations, []);
});
