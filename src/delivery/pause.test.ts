import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, draftOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';
import { everything } from '../model/scope.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

const call = (id: string) => ({ call: callOf(id) });
const host = 'r.example';
const plan = { retry: { maxAttempts: 5, delaysMs: [60_000], jitter: 0 } };

const pause = async (world: DeliveryWorld, { id }: Subscription, paused = true) => {
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

test('one that shares its endpoint is not paused alone; the endpoint is, with all of them', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const first = await world.subscribe(host, plan);
  const second = await world.subscribe(host, plan);
  assert.equal(first.endpoint, second.endpoint);
  assert.deepEqual(await pause(world, first), { shared: { endpoint: first.endpoint, others: 1 } });
  await world.append(call('a'));
  await world.pass(1_000);
  assert.equal(world.received.length, 2);
  await world.delivery.subscriptions.setPaused(everything, first.endpoint, true);
  await world.append(call('b'));
  await world.pass(60_000);
  assert.equal(world.received.length, 2);
  await world.delivery.subscriptions.setPaused(everything, first.endpoint, false);
  await world.pass(1_000);
  assert.deepEqual(
    [world.firstReceipts(1), world.firstReceipts(2)],
    [
      [1, 2],
      [1, 2],
    ],
  );
});

test('while it is paused, a subscription does not move to an endpoint that is not', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  await world.subscribe('other.example');
  const subscription = await world.subscribe(host);
  await pause(world, subscription);
  const moveTo = (url: string) => {
    const draft = draftOf(url);
    return world.delivery.subscriptions.update(everything, subscription.id, () => ({ draft }));
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
