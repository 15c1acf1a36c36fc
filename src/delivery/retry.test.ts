import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';
import { orderKeyOf } from '../model/event.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

const call = (id: string) => ({ call: callOf(id) });
const host = 'r.example';
const plan = { retry: { maxAttempts: 2, delaysMs: [60_000], jitter: 0 } };

/** A retry is meant to send what was settled; all else holds. */
const unasked = ({ violations }: DeliveryWorld) => violations.filter((one) => !one.includes('durably settled'));

/** What is given up is asked for again, as the API does. */
function again(world: DeliveryWorld, { number, endpoint }: Subscription, seq: number, attempts: number) {
  const orderKey = orderKeyOf(world.event(seq));
  const parked = world.store.parked.has(`${number}-${seq}`);
  return world.delivery.retry(endpoint, [{ subscription: number, seq, orderKey, attempts, parked }]);
}

test('parked again survives a crash, with the attempts it had, and keeps the order of its call', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, plan);
  world.moods.set(host, 'refuses');
  await world.append(call('a'), call('a'));
  await world.pass(200_000);
  const settled = world.store.attempts.filter(({ outcome }) => outcome === 'cancelled');
  assert.deepEqual(
    settled.map(({ seq, attempt }) => [seq, attempt]),
    [
      [1, 2],
      [2, 2],
    ],
  );
  world.moods.set(host, 'hangs');
  const [first, second] = [again(world, subscription, 1, 2), again(world, subscription, 2, 2)];
  await world.pass(100);
  assert.deepEqual(await first, [{ kind: 'due' }]);
  assert.deepEqual(await second, [{ kind: 'parked_behind', behind: { subscription: 1, seq: 1 } }]);
  assert.deepEqual(
    [...world.store.parked.values()].map(({ attempts }) => attempts),
    [2, 2],
  );
  await world.crash(true);
  world.moods.set(host, 'refuses');
  await world.pass(20_000);
  const made = world.store.attempts.slice(4).map(({ seq, attempt, outcome }) => [seq, attempt, outcome]);
  assert.deepEqual(made, [
    [1, 3, 'cancelled'],
    [2, 3, 'cancelled'],
  ]);
  assert.equal(world.store.parked.size, 0);
  assert.deepEqual(unasked(world), []);
});

test('asked for again while another of its call is under way, it is refused with that one', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, { retry: { maxAttempts: 1, delaysMs: [60_000], jitter: 0 } });
  world.moods.set(host, 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  world.moods.set(host, 'hangs');
  await world.append(call('a'));
  await world.pass(100);
  const refused = again(world, subscription, 1, 1);
  await world.pass(100);
  assert.deepEqual(await refused, [{ kind: 'behind', behind: { subscription: 1, seq: 2 } }]);
});

test('what waits of its call is parked behind it', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, {
    retry: { maxAttempts: 1, delaysMs: [60_000], jitter: 0 },
    target: { maxInFlight: 1 },
  });
  world.moods.set(host, 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  world.moods.set(host, 'hangs');
  // The window is full of another call: the next of `a` waits.
  await world.append(call('b'), call('a'));
  await world.pass(100);
  const due = again(world, subscription, 1, 1);
  await world.pass(100);
  assert.deepEqual(await due, [{ kind: 'due' }]);
  world.moods.set(host, 'ok');
  await world.pass(20_000);
  assert.deepEqual(
    world.firstReceipts(subscription.number).filter((seq) => seq !== 2),
    [1, 3],
  );
  assert.deepEqual(unasked(world), []);
});

test('while the breaker is open, what is asked for again is the probe', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const subscription = await world.subscribe(host, { retry: { maxAttempts: 5, delaysMs: [3_600_000], jitter: 0 } });
  world.moods.set(host, 'fails');
  await world.append(...Array.from({ length: 8 }, (_, index) => call(`c${index}`)));
  await world.pass(50);
  assert.equal(world.delivery.endpoints({ reseller: '*', domain: '*', user: '*', extension: '*' })[0]?.breaker, 'open');
  world.moods.set(host, 'ok');
  const due = again(world, subscription, 1, 1);
  await world.pass(200);
  assert.deepEqual(await due, [{ kind: 'due' }]);
  assert.ok(world.firstReceipts(subscription.number).includes(1));
});
