import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { defaultEngineLimits } from '../engine-parts.ts';
import { defaultLaneLimits } from './limits.ts';

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const callEvent = (call: string) => ({ call: callOf(call) });
const callEvents = (name: string, count: number) => Array.from({ length: count }, (_, at) => callEvent(`${name}${at}`));
const retry = { maxAttempts: 4, delaysMs: [10 * minute], jitter: 0 };

async function world(limits: ConstructorParameters<typeof DeliveryWorld>[1] = {}): Promise<DeliveryWorld> {
  const made = new DeliveryWorld(1, limits);
  await made.start();
  return made;
}

async function edit(w: DeliveryWorld, { id }: Subscription, change: (now: Subscription) => Partial<Subscription>) {
  const editing = w.delivery.subscriptions.update(everything, id, (now) => ({ draft: { ...now, ...change(now) } }));
  await w.pass(50);
  await editing;
}

const endpoint = (w: DeliveryWorld) => w.delivery.endpoints(everything)[0];
const outcomes = (w: DeliveryWorld) => w.store.attempts.map(({ seq, outcome, detail }) => [seq, outcome, detail]);

test('calls that a receiver refuses for good do not keep other calls waiting, however many events they have', async () => {
  const w = await world({ lane: { ...defaultLaneLimits, parked: 10 } });
  const a = await w.subscribe('a.test', { retry });
  for (const call of ['bad0', 'bad1']) w.callMoods.set(call, 'refuses');
  for (let round = 0; round < 50; round++) await w.append(callEvent('bad0'), callEvent('bad1'));
  await w.pass(second);
  await w.append(callEvent('good'));
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number), [101]);
  assert.equal(endpoint(w)?.parked, 100);
  w.callMoods.clear();
  await w.crash(true);
  await w.pass(hour);
  assert.equal(w.firstReceipts(a.number).length, 101);
  assert.deepEqual(w.violations, []);
});

test('with as many calls refused as a lane can park, it reads on when a tenth of them is settled, in whole pages', async () => {
  const w = await world({ lane: { ...defaultLaneLimits, parked: 100 } });
  const a = await w.subscribe('a.test', { retry: { maxAttempts: 2, delaysMs: [10 * minute], jitter: 1 } });
  w.moods.set('a.test', 'refuses');
  for (let at = 0; at < 300; at++) {
    await w.append(callEvent(`c${at}`));
    if (at < 100) await w.pass(30);
  }
  await w.pass(minute);
  assert.ok((endpoint(w)?.parked ?? 0) <= 108);
  const before = w.reads;
  await w.pass(2 * hour);
  assert.equal(new Set(w.store.attempts.map(({ seq }) => seq)).size, 300);
  assert.ok(w.reads - before < 50, `${w.reads - before} reads`);
  assert.equal(w.store.parked.size, 0);
  assert.equal(w.firstReceipts(a.number).length, 0);
});

test('what is parked over all lanes is limited, and each lane keeps some room', async () => {
  const memory = { ...defaultEngineLimits.memory, parked: 300 };
  const w = await world({ memory });
  for (let host = 0; host < 5; host++) {
    await w.subscribe(`h${host}.test`, { retry });
    w.moods.set(`h${host}.test`, 'refuses');
  }
  for (let round = 0; round < 50; round++) {
    await w.append(...callEvents(`r${round}-`, 10));
    await w.pass(200);
  }
  const parked = w.delivery.endpoints(everything).map((one) => one.parked);
  assert.ok(parked.reduce((sum, one) => sum + one, 0) <= 900, parked.join());
  assert.ok(
    parked.every((one) => one >= 100),
    parked.join(),
  );
});

test('large events that wait are limited by size, over all lanes', async () => {
  const memory = { ...defaultEngineLimits.memory, waitingSize: 2_000_000 };
  const w = await world({ memory });
  for (let host = 0; host < 5; host++) {
    await w.subscribe(`h${host}.test`, { target: { timeoutMs: 60 * second } });
    w.moods.set(`h${host}.test`, 'hangs');
  }
  const data = { text: 'x'.repeat(100_000) };
  for (let round = 0; round < 10; round++) {
    await w.append(...callEvents(`r${round}-`, 20).map((event) => ({ ...event, data })));
    await w.pass(100);
  }
  const waiting = w.delivery.endpoints(everything).reduce((sum, one) => sum + one.waiting, 0);
  assert.ok(waiting <= 20 + 5, `${waiting} wait`);
  w.moods.clear();
  await w.pass(10 * minute);
  assert.equal(w.received.length, 1_000);
});

test('a slow call holds back no more of what is settled behind it than can be remembered', async () => {
  const w = await world({ lane: { ...defaultLaneLimits, unsettled: 50 } });
  const a = await w.subscribe('a.test');
  w.callMoods.set('slow', 'slow');
  for (let at = 0; at < 100; at++) await w.append(callEvent('slow'), ...callEvents(`c${at}-`, 10));
  for (let at = 0; at < 300; at++) {
    await w.pass(second);
    const remembered = w.store.lanes.get(a.endpoint)?.settledAbove.length ?? 0;
    assert.ok(remembered <= 50, `${remembered} remembered`);
  }
  assert.equal(w.firstReceipts(a.number).length, 1_100);
});

test('a backlog that has expired is settled in pages, not with a page for each event, though the breaker is open', async () => {
  const w = await world();
  const limits = { expireAfterMs: { 'call.started': minute }, retry: { ...retry, delaysMs: [2 * hour] } } as const;
  const a = await w.subscribe('a.test', limits);
  w.moods.set('a.test', 'fails');
  await w.append(...callEvents('first', 10));
  await w.pass(second);
  assert.equal(endpoint(w)?.breaker, 'open');
  const before = w.reads;
  for (let at = 0; at < 900; at++) await w.append(callEvent(`c${at}`));
  await w.pass(hour);
  assert.ok(w.store.attempts.filter(({ outcome }) => outcome === 'expired').length >= 895);
  assert.ok(w.reads - before < 1_100, `${w.reads - before} reads`);
  await edit(w, a, (now) => ({ selection: { ...now.selection, enabled: false } }));
  await w.pass(second);
  assert.equal(w.store.parked.size, 0);
});

test('a backlog of a disabled subscription is cancelled at once, though the breaker is open', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry });
  w.moods.set('a.test', 'fails');
  await w.append(...callEvents('c', 900));
  await w.pass(10 * minute);
  const before = w.reads;
  await edit(w, a, (now) => ({ selection: { ...now.selection, enabled: false } }));
  await w.pass(2 * minute);
  assert.equal(
    new Set(w.store.attempts.filter(({ outcome }) => outcome === 'cancelled').map(({ seq }) => seq)).size,
    900,
  );
  assert.ok(w.reads - before <= 5, `${w.reads - before} reads`);
  assert.equal(w.store.parked.size, 0);
});

test('a receiver that asked to be left alone does not speak for another address', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry });
  w.moods.set('a.test', 'busy');
  await w.append(...callEvents('c', 20));
  await w.pass(second);
  await edit(w, a, ({ target }) => ({ target: { ...target, url: 'https://b.test/hook' } }));
  await w.pass(10 * second);
  assert.equal(w.firstReceipts(a.number).length, 20);
});

test('a deleted subscription is gone at once, whatever its receiver asked for', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry, target: { maxInFlight: 1 } });
  w.moods.set('a.test', 'busy');
  await w.append(...callEvents('c', 20));
  await w.pass(second);
  await w.delivery.subscriptions.remove(everything, a.id);
  await w.pass(second);
  assert.deepEqual(w.delivery.endpoints(everything), []);
  assert.deepEqual(new Set(w.store.attempts.slice(1).map(({ outcome }) => outcome)), new Set(['cancelled']));
  assert.equal(new Set(w.store.attempts.map(({ seq }) => seq)).size, 20);
  w.moods.clear();
  const again = await w.subscribe('a.test');
  await w.append(callEvent('d'));
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(again.number), [21]);
});

test('a subscription that is disabled while a delivery is under way is not tried again', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry, target: { timeoutMs: 5 * second } });
  w.moods.set('a.test', 'hangs');
  await w.append(callEvent('c'), callEvent('c'));
  await w.pass(second);
  await edit(w, a, (now) => ({ selection: { ...now.selection, enabled: false } }));
  await w.pass(10 * second);
  assert.equal(w.store.parked.size, 0);
  assert.deepEqual(outcomes(w), [
    [2, 'cancelled', 'subscription_disabled'],
    [1, 'cancelled', 'subscription_disabled'],
  ]);
});

test('a lane that can not go on wakes no timer again and again', async () => {
  const w = await world({ lane: { ...defaultLaneLimits, parked: 6 } });
  await w.subscribe('a.test', { retry });
  w.moods.set('a.test', 'fails');
  await w.append(...callEvents('c', 100));
  await w.pass(minute);
  const before = w.timers;
  await w.pass(minute);
  assert.ok(w.timers - before < 60 * 5, `${w.timers - before} timers in a minute`);
});

test('broken receivers of quiet domains cost nothing while others are busy', async () => {
  const w = await world();
  for (let at = 0; at < 100; at++) {
    await w.subscribe(`dead${at}.test`, {
      selection: { scope: { reseller: '*', domain: `quiet${at}`, user: '*', extension: '*' } },
      retry: { maxAttempts: 1, delaysMs: [], jitter: 0 },
    });
    w.moods.set(`dead${at}.test`, 'fails');
    await w.append(...callEvents('c', 6).map((event) => ({ ...event, domain: `quiet${at}` })));
  }
  await w.subscribe('busy.test');
  await w.pass(10 * minute);
  assert.ok(w.delivery.endpoints(everything).filter(({ breaker }) => breaker === 'open').length === 100);
  const { reads, store } = w;
  const { laneRows } = store;
  for (let at = 0; at < 100; at++) {
    await w.append(callEvent(`c${at}`));
    await w.pass(300);
  }
  assert.ok(w.reads - reads <= 110, `${w.reads - reads} reads for 100 events`);
  assert.ok(store.laneRows - laneRows < 10, `${store.laneRows - laneRows} rows`);
});

test('answers about the event do not open the breaker, and close an open one', async () => {
  const w = await world();
  await w.subscribe('a.test', { retry });
  w.moods.set('a.test', 'refuses');
  await w.append(...callEvents('c', 50));
  await w.pass(second);
  assert.equal(endpoint(w)?.breaker, 'closed');
  w.moods.set('a.test', 'fails');
  await w.append(...callEvents('d', 10));
  await w.pass(500);
  assert.equal(endpoint(w)?.breaker, 'open');
  w.moods.set('a.test', 'refuses');
  await w.append(...callEvents('e', 10));
  await w.pass(minute);
  assert.equal(endpoint(w)?.breaker, 'closed');
});

test('a batch has at most a million characters', async () => {
  const w = await world();
  await w.subscribe('a.test', { options: { batch: 100 }, target: { maxInFlight: 1 } });
  const data = { text: 'x'.repeat(200_000) };
  await w.append(...callEvents('c', 10).map((event) => ({ ...event, data })));
  await w.pass(second);
  assert.deepEqual(
    w.received.map(({ seqs }) => seqs.length),
    [4, 4, 2],
  );
});

test('parked deliveries that are due and first attempts take turns', async () => {
  const w = await world();
  await w.subscribe('a.test', {
    retry: { ...retry, delaysMs: [minute] },
    target: { maxInFlight: 1, timeoutMs: minute },
  });
  for (let at = 0; at < 20; at++) w.callMoods.set(`bad${at}`, 'refuses');
  await w.append(...callEvents('bad', 20));
  await w.pass(30 * second);
  w.callMoods.clear();
  w.moods.set('a.test', 'slow');
  for (let at = 0; at < 60; at++) {
    await w.append(callEvent(`fresh${at}`));
    await w.pass(second);
  }
  await w.pass(10 * minute);
  const places = w.received.map(({ seqs }) => (seqs[0] as number) <= 20);
  const firstParked = places.indexOf(true);
  const lastParked = places.lastIndexOf(true);
  const freshBetween = places.slice(firstParked, lastParked).filter((parked) => !parked).length;
  assert.ok(freshBetween >= 15, `${freshBetween} first attempts between 20 retries`);
});
