import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, draftOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';

const call = (id: string) => ({ call: callOf(id) });
const host = 'r.example';
const plan = { retry: { maxAttempts: 5, delaysMs: [60_000], jitter: 0 } };

const pause = async (world: DeliveryWorld, { id, number }: Subscription, paused = true) => {
  world.apart.add(number);
  const result = await world.delivery.subscriptions.setSubscriptionPaused(everything, id, paused);
  assert.ok(result);
  return result;
};

test('paused, nothing starts, retries neither; resumed, everything comes in order, also after a crash', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, plan);
  world.moods.set(host, 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  assert.equal(world.store.attempts.length, 1);
  world.moods.set(host, 'ok');
  await pause(world, subscription);
  await world.append(call('a'), call('b'));
  await world.pass(3_600_000);
  assert.deepEqual(world.firstReceipts(subscription.number), []);
  await world.crash(true);
  await world.append(call('b'));
  await world.pass(3_600_000);
  const [status] = world.delivery.endpoints(everything);
  assert.equal(status?.paused?.by, 'Offhook');
  assert.deepEqual([world.received.length, world.store.attempts.length], [0, 1]);
  await pause(world, subscription, false);
  await world.pass(1_000);
  const received = world.firstReceipts(subscription.number);
  assert.deepEqual(
    received.toSorted((one, other) => one - other),
    [1, 2, 3, 4],
  );
  assert.ok(received.indexOf(1) < received.indexOf(2) && received.indexOf(3) < received.indexOf(4));
  assert.equal(world.received.length, 4);
  assert.deepEqual(world.violations, []);
  assert.equal(world.delivery.endpoints(everything)[0]?.paused, null);
});

/** Two that share an endpoint; what each has received. */
async function sharing(limits?: ConstructorParameters<typeof DeliveryWorld>[1]) {
  const world = new DeliveryWorld(1, limits);
  await world.start();
  const first = await world.subscribe(host, plan);
  const second = await world.subscribe(host, plan);
  assert.equal(first.endpoint, second.endpoint);
  return { world, first, second, of: ({ number }: Subscription) => world.firstReceipts(number) };
}

const rise = (received: readonly number[]) => received.toSorted((one, other) => one - other);
/** All that it sends goes through the lane of its endpoint. */
const isHome = (world: DeliveryWorld, { id }: Subscription) =>
  world.delivery.subscriptions.get(everything, id)?.versions.at(-1)?.lane === undefined;

test('one of two that share an endpoint is paused alone; resumed, it gets what it missed in order, and comes home', async () => {
  const { world, first, second, of } = await sharing();
  await world.append(call('a'));
  await world.pass(1_000);
  const pausing = pause(world, first);
  await world.pass(50);
  const paused = await pausing;
  assert.ok('subscription' in paused && paused.subscription.pause?.by === 'Offhook');
  await world.append(call('a'), call('b'), call('a'));
  await world.pass(60_000);
  assert.deepEqual([of(first), rise(of(second))], [[1], [1, 2, 3, 4]]);
  assert.equal(world.delivery.endpoints(everything)[0]?.paused, null);
  assert.equal(world.delivery.lag(paused.subscription), 3);
  await world.crash(true);
  await world.append(call('b'));
  await world.pass(60_000);
  assert.deepEqual([of(first).length, of(second).length], [1, 5]);
  await pause(world, first, false);
  await world.append(call('a'));
  await world.pass(3_000);
  assert.deepEqual(rise(of(first)), [1, 2, 3, 4, 5, 6]);
  for (const seqs of [
    [1, 2, 4, 6],
    [3, 5],
  ])
    assert.deepEqual(
      of(first).filter((seq) => seqs.includes(seq)),
      seqs,
    );
  assert.ok(isHome(world, first));
  assert.deepEqual([...world.store.lanes.keys()], []);
  assert.equal(world.received.length, 12);
});

test('what was parked before a pause goes first after it, with its attempts, and holds up nobody else meanwhile', async () => {
  const { world, first, second, of } = await sharing();
  world.moods.set(host, 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  world.moods.set(host, 'ok');
  const pausing = pause(world, first);
  await world.pass(50);
  await pausing;
  await world.append(call('a'));
  await world.pass(120_000);
  assert.deepEqual([of(first), of(second)], [[], [1, 2]]);
  assert.deepEqual(
    [...world.store.parked.values()].map(({ subscription, seq, attempts }) => [subscription, seq, attempts]),
    [[first.number, 1, 1]],
  );
  world.moods.set(host, 'refuses');
  await pause(world, first, false);
  await world.append(call('a'));
  await world.pass(1_000);
  // Until what it was parked for is settled, it does not come home: what comes would overtake it.
  assert.ok(!isHome(world, first));
  world.moods.set(host, 'ok');
  await world.pass(130_000);
  assert.deepEqual(
    [of(first), of(second)],
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  );
  assert.ok(isHome(world, first));
  const attempts = world.store.attempts.filter(({ subscription, seq }) => subscription === first.number && seq === 1);
  assert.deepEqual(
    attempts.map(({ attempt }) => attempt),
    [1, 2, 3],
  );
});

test('what is under way when it is paused is not sent again, delivered or not', async () => {
  for (const mood of ['slow', 'hangs'] as const) {
    const { world, first, of } = await sharing();
    world.moods.set(host, mood);
    await world.append(call('a'), call('a'));
    await world.pass(100);
    const pausing = pause(world, first);
    await world.pass(50);
    await pausing;
    world.moods.set(host, 'ok');
    await pause(world, first, false);
    await world.pass(100);
    assert.deepEqual(of(first), mood === 'slow' ? [1] : []);
    await world.pass(200_000);
    assert.deepEqual(of(first), [1, 2]);
    assert.equal(
      world.store.attempts.filter(({ subscription }) => subscription === first.number).length,
      mood === 'slow' ? 2 : 3,
    );
    assert.deepEqual(world.violations, []);
  }
});

test('paused alone, disabled, deleted or overtaken by retention: as it is for others', async () => {
  const { world, first, second, of } = await sharing();
  world.moods.set(host, 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  world.moods.set(host, 'ok');
  const pausing = pause(world, first);
  await world.pass(50);
  await pausing;
  await world.append(call('b'));
  await world.pass(100);
  const enable = (enabled: boolean) =>
    world.delivery.subscriptions.update(everything, first.id, (stored) => ({
      draft: { ...stored, selection: { ...stored.selection, enabled } },
    }));
  await enable(false);
  await enable(true);
  await world.append(call('b'));
  await pause(world, first, false);
  await world.pass(3_000);
  assert.deepEqual(of(first), [3]);
  const outcomes = () =>
    world.store.attempts.filter(({ subscription, outcome }) => subscription === first.number && outcome !== 'failed');
  assert.deepEqual(
    outcomes().map(({ seq, outcome, detail }) => [seq, outcome, detail]),
    [
      [1, 'cancelled', 'subscription_disabled'],
      [2, 'cancelled', 'subscription_disabled'],
      [3, 'delivered', null],
    ],
  );
  const again = pause(world, first);
  await world.pass(50);
  await again;
  await world.append(call('c'), call('c'));
  await world.pass(100_000);
  await world.log.trim({ acceptedBefore: world.clock.now(), limit: 100 });
  await world.append(call('c'));
  await pause(world, first, false);
  await world.pass(3_000);
  assert.deepEqual(of(first), [3, 6]);
  assert.match(
    outcomes().find(({ outcome }) => outcome === 'expired')?.detail ?? '',
    /^trimmed by retention: events [0-9]+ to 5/,
  );
  const last = pause(world, first);
  await world.pass(50);
  await last;
  await world.append(call('d'));
  await world.delivery.subscriptions.remove(everything, first.id);
  await world.pass(3_000);
  assert.deepEqual([...world.store.lanes.keys()], []);
  assert.deepEqual(of(second).at(-1), 7);
  assert.deepEqual(world.violations, []);
});

test('a rest is not for others: a full window is shared by who was paused and who was not', async () => {
  const { world, first, second } = await sharing();
  const pausing = pause(world, first);
  await world.pass(50);
  await pausing;
  const many = Array.from({ length: 200 }, (_, at) => call(`m${at}`));
  await world.append(...many);
  await world.pass(10_000);
  world.moods.set(host, 'slow');
  await pause(world, first, false);
  await world.append(...many.map((_, at) => call(`n${at}`)));
  await world.pass(20_000);
  const since = world.received.slice(200);
  const [ofFirst, ofSecond] = [first, second].map(
    ({ number }) => since.filter(({ subscription }) => subscription === number).length,
  );
  assert.ok(
    Math.min(ofFirst ?? 0, ofSecond ?? 0) * 2 > Math.max(ofFirst ?? 0, ofSecond ?? 0),
    `${ofFirst} and ${ofSecond}`,
  );
  assert.ok((world.mostUnderWay.get(host) ?? 0) <= 8);
});

test('an endpoint that is paused as a whole is not resumed by one of its subscriptions', async () => {
  const { world, first, second, of } = await sharing();
  await world.delivery.subscriptions.setPaused(everything, first.endpoint, true);
  assert.deepEqual(await pause(world, first, false), { shared: { endpoint: first.endpoint, others: 1 } });
  await world.append(call('b'));
  await world.pass(60_000);
  assert.equal(world.received.length, 0);
  await world.delivery.subscriptions.setPaused(everything, first.endpoint, false);
  await world.pass(1_000);
  assert.deepEqual([of(first), of(second)], [[1], [1]]);
});

test('a pause that can not be stored changes nothing', async () => {
  const { world, first, of } = await sharing();
  world.store.failing = true;
  const failed = assert.rejects(pause(world, first), /could not be stored/);
  await world.pass(6_000);
  await failed;
  world.store.failing = false;
  await world.append(call('a'));
  await world.pass(3_000);
  assert.deepEqual(of(first), [1]);
  assert.deepEqual([...world.store.lanes.keys()], []);
});

test('while it is paused, a subscription does not move to an endpoint that is not', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  await world.subscribe('other.example');
  const subscription = await world.subscribe(host);
  await pause(world, subscription);
  const moveTo = async (url: string) => {
    const draft = draftOf(url);
    const moving = world.delivery.subscriptions.update(everything, subscription.id, () => ({ draft }));
    await world.pass(50);
    return moving;
  };
  const refused = await moveTo('https://other.example/hook');
  assert.ok(refused && 'problem' in refused);
  assert.equal(refused.problem.field, 'endpoint.url');
  // To an address of its own it takes its endpoint along, and what is held with it.
  await world.append(call('a'));
  const moved = await moveTo('https://new.example/hook');
  assert.ok(moved && 'subscription' in moved);
  await world.pass(1_000);
  assert.deepEqual(world.firstReceipts(subscription.number), []);
  await pause(world, subscription, false);
  await world.pass(1_000);
  assert.deepEqual(world.firstReceipts(subscription.number), [1]);
});

test('disabled, nothing is sent, what is parked is cancelled, and nothing is made up for later', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, plan);
  world.moods.set(host, 'refuses');
  await world.append(call('a'), call('a'));
  await world.pass(1_000);
  const enable = (enabled: boolean) =>
    world.delivery.subscriptions.update(everything, subscription.id, (stored) => ({
      draft: { ...stored, selection: { ...stored.selection, enabled } },
    }));
  world.moods.set(host, 'ok');
  await enable(false);
  await world.append(call('b'));
  await world.pass(200_000);
  const cancelled = world.store.attempts.filter(({ outcome }) => outcome === 'cancelled');
  assert.deepEqual(
    cancelled.map(({ seq, attempt, detail }) => [seq, attempt, detail]),
    [
      [1, 1, 'subscription_disabled'],
      [2, 0, 'subscription_disabled'],
    ],
  );
  assert.equal(world.store.parked.size, 0);
  await enable(true);
  await world.append(call('c'));
  await world.pass(200_000);
  assert.deepEqual(world.firstReceipts(subscription.number), [4]);
});
