/** What happens at an endpoint that a subscription leaves, and at the one it comes to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, draftOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { defaultLaneLimits } from '../lane/limits.ts';

const call = (id: string) => ({ call: callOf(id) });
const plan = { retry: { maxAttempts: 5, delaysMs: [60_000], jitter: 0 } };
const rise = (received: readonly number[]) => received.toSorted((one, other) => one - other);
const at = (host: string): string => `https://${host}/hook`;

async function begin(limits?: ConstructorParameters<typeof DeliveryWorld>[1]) {
  const world = new DeliveryWorld(1, limits);
  await world.start();
  const settled = async <T>(doing: Promise<T>): Promise<T> => {
    await world.pass(50);
    return doing;
  };
  const { subscriptions } = world.delivery;
  const move = ({ id, number }: Subscription, host: string) => {
    world.apart.add(number);
    return settled(subscriptions.update(everything, id, () => ({ draft: draftOf(at(host), plan) })));
  };
  const pause = ({ id, number }: Subscription, paused: boolean) => {
    world.apart.add(number);
    return settled(subscriptions.setSubscriptionPaused(everything, id, paused));
  };
  const hold = (endpoint: number, paused: boolean) => settled(subscriptions.setPaused(everything, endpoint, paused));
  return { world, move, pause, hold, settled };
}

test('what comes along to a paused endpoint waits there until it is resumed', async () => {
  const { world, move, hold } = await begin();
  await world.subscribe('former.example', plan);
  const leaving = await world.subscribe('former.example', plan);
  const there = await world.subscribe('paused.example', plan);
  world.moods.set('former.example', 'refuses');
  await world.append(call('a'));
  await world.pass(1_000);
  world.received.length = 0;
  await hold(there.endpoint, true);
  await move(leaving, 'paused.example');
  await world.pass(30_000);
  const [former] = world.delivery.endpoints(everything);
  assert.deepEqual([world.firstReceipts(leaving.number), former?.breaker], [[], 'closed']);
  await hold(there.endpoint, false);
  await world.pass(1_000);
  assert.deepEqual(world.firstReceipts(leaving.number), [1]);
});

test('a listener that throws after a change was stored takes nothing from the subscription', async () => {
  const { world, pause } = await begin();
  const first = await world.subscribe('r.example', plan);
  await world.subscribe('r.example', plan);
  world.moods.set('r.example', 'refuses');
  await world.append(call('a'), call('b'), call('a'));
  await world.pass(1_000);
  let thrown = 0;
  const unlisten = world.delivery.subscriptions.onChanged(() => {
    thrown++;
    throw new Error('somebody else’s trouble');
  });
  const pausing = world.delivery.subscriptions.setSubscriptionPaused(everything, first.id, true);
  await Promise.all([assert.rejects(pausing, /somebody else/), world.pass(50)]);
  world.apart.add(first.number);
  unlisten();
  assert.equal(thrown, 1);
  await world.append(call('b'));
  world.moods.set('r.example', 'ok');
  await world.pass(10_000);
  assert.deepEqual(world.firstReceipts(first.number), []);
  await pause(first, false);
  await world.pass(120_000);
  assert.deepEqual(rise(world.firstReceipts(first.number)), [1, 2, 3, 4]);
});

test('an endpoint that a subscription has left is not paused with it, so that others who come to it are served', async () => {
  const { world, move, pause } = await begin();
  const leaving = await world.subscribe('former.example', plan);
  await world.subscribe('other.example', plan);
  await world.append(call('a'));
  await world.pass(1_000);
  await move(leaving, 'other.example');
  await world.pass(5_000);
  await pause(leaving, true);
  const coming = await world.subscribe('former.example', plan);
  assert.equal(coming.endpoint, leaving.endpoint);
  await world.append(call('a'));
  await world.pass(1_000);
  assert.deepEqual(world.firstReceipts(coming.number), [2]);
  assert.deepEqual(world.firstReceipts(leaving.number), [1]);
});

test('a failure at an endpoint that was left meanwhile opens the breaker there, and what waits there is let go of', async () => {
  const breaker = { threshold: 1, firstProbeMs: 60_000, longestProbeMs: 60_000 };
  const { world, move } = await begin({ lane: { ...defaultLaneLimits, breaker } });
  const target = { maxInFlight: 1, timeoutMs: 10_000 };
  const leaving = await world.subscribe('former.example', { ...plan, target });
  await world.subscribe('former.example', { ...plan, target });
  await world.subscribe('other.example', plan);
  world.moods.set('former.example', 'hangs');
  await world.append(call('a'), call('b'));
  await world.pass(1_000);
  await move(leaving, 'other.example');
  assert.equal(world.delivery.endpoints(everything)[0]?.waiting, 2);
  await world.pass(12_000);
  const [former] = world.delivery.endpoints(everything);
  assert.deepEqual([former?.breaker, former?.waiting], ['open', 0]);
  const failed = world.reports.find(({ outcome }) => outcome === 'failed');
  assert.deepEqual([failed?.endpoint.number, failed?.breaker], [leaving.endpoint, 'open']);
});

test('a lane that reads nothing since all lanes have as many parked as may be goes on when others leave room', async () => {
  const memory = { waiting: 20_000, waitingSize: 1_000_000, parked: 400, behind: 1_000_000 };
  const slow = { retry: { maxAttempts: 5, delaysMs: [36_000_000], jitter: 0 } };
  const { world, settled } = await begin({ memory });
  const greedy = await world.subscribe('greedy.example', { ...slow, selection: { events: ['call.ended'] } });
  await world.subscribe('second.example', { ...slow, selection: { events: ['leg.ringing'] } });
  const other = await world.subscribe('other.example', { ...slow, selection: { events: ['call.started'] } });
  world.moods.set('greedy.example', 'refuses');
  world.moods.set('second.example', 'refuses');
  world.moods.set('other.example', 'refuses');
  const many = (count: number, type: 'call.started' | 'call.ended' | 'leg.ringing') =>
    Array.from({ length: count }, (_, index) => ({ ...call(`${type}-${index}`), type }));
  await world.append(...many(200, 'call.ended'), ...many(100, 'leg.ringing'), ...many(101, 'call.started'));
  await world.pass(10_000);
  world.moods.set('other.example', 'ok');
  await world.append({ ...call('last'), type: 'call.started' });
  await world.pass(60_000);
  assert.deepEqual(world.firstReceipts(other.number), []);
  const standing = world.delivery.standing(other.endpoint, { subscription: other.number, seq: 402 }, 'acme\u0000last');
  assert.deepEqual(
    standing.holds.map(({ by }) => by),
    ['parked'],
  );
  await settled(world.delivery.subscriptions.remove(everything, greedy.id));
  await world.pass(10_000);
  assert.deepEqual(world.firstReceipts(other.number), [402]);
});

test('an endpoint that was left goes once retention has taken what it was for, though nobody edits the subscription', async () => {
  const { world, move } = await begin();
  const leaving = await world.subscribe('former.example', plan);
  await world.subscribe('other.example', plan);
  await world.append(call('a'));
  await world.pass(1_000);
  await move(leaving, 'other.example');
  await world.append(call('b'));
  await world.pass(5_000);
  const numbers = () => world.delivery.endpoints(everything).map(({ number }) => number);
  assert.ok(numbers().includes(leaving.endpoint));
  await world.log.trim({ acceptedBefore: world.clock.now() - 4_000, limit: 10 });
  await world.pass(3_700_000);
  assert.ok(!numbers().includes(leaving.endpoint));
  await world.append(call('c'));
  await world.pass(1_000);
  assert.deepEqual(rise(world.firstReceipts(leaving.number)), [1, 2, 3]);
  await world.crash(true);
  assert.ok(!numbers().includes(leaving.endpoint));
});
