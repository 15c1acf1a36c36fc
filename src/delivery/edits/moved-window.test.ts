import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, draftOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { defaultLaneLimits } from '../lane/limits.ts';

const events = (count: number) => Array.from({ length: count }, (_, at) => ({ call: callOf(`c${at}`) }));

/** Resumed after a pause, the first one of two that share an endpoint has the whole window of it, and leaves. */
async function leaving() {
  const world = new DeliveryWorld(1, { lane: { ...defaultLaneLimits, waiting: 4 } });
  await world.start();
  const target = { maxInFlight: 1, timeoutMs: 600_000 };
  const first = await world.subscribe('r.example', { target });
  const second = await world.subscribe('r.example', { target });
  await world.subscribe('other.example');
  world.apart.add(first.number);
  const settle = async <T>(doing: Promise<T>): Promise<T> => {
    await world.pass(50);
    return doing;
  };
  const pause = (paused: boolean) =>
    settle(world.delivery.subscriptions.setSubscriptionPaused(everything, first.id, paused));
  const move = ({ id }: Subscription) =>
    settle(
      world.delivery.subscriptions.update(everything, id, () => ({ draft: draftOf('https://other.example/hook') })),
    );
  await pause(true);
  await world.append({ call: callOf('held') });
  await world.pass(10_000);
  world.moods.set('r.example', 'hangs');
  await pause(false);
  return { world, first, second, move };
}

test('what a subscription that left still has under way at its former endpoint makes room there when it ends', async () => {
  const { world, first, second, move } = await leaving();
  assert.equal(world.underWay.get('r.example'), 1);
  await world.append(...events(20));
  // The endpoint's own lane comes to read by itself, and is full.
  await world.pass(60_000);
  await move(first);
  world.moods.set('r.example', 'ok');
  await world.pass(700_000);
  assert.equal(world.firstReceipts(second.number).length, 21);
});

test('a replay that gave way to a subscription goes on when that leaves for another endpoint', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const target = { ratePerSecond: 1 };
  const first = await world.subscribe('r.example', { target });
  const second = await world.subscribe('r.example', { target, selection: { events: ['message.received'] } });
  await world.subscribe('other.example');
  world.apart.add(first.number);
  await world.append({ type: 'message.received', call: null });
  await world.pass(5_000);
  const { subscriptions, replays } = world.delivery;
  const settle = async <T>(doing: Promise<T>): Promise<T> => {
    await world.pass(50);
    return doing;
  };
  await settle(subscriptions.setSubscriptionPaused(everything, first.id, true));
  await world.append(...events(100));
  await settle(subscriptions.setSubscriptionPaused(everything, first.id, false));
  const range = { from: { seq: 1 }, to: null, events: null, filter: null, ratePerSecond: 100 };
  const started = await replays.start(everything, { ...range, of: { subscription: second.id } });
  assert.ok('replay' in started);
  await world.pass(10_000);
  const { number } = started.replay.order;
  assert.deepEqual(world.firstReceipts(second.number, number), []);
  await settle(subscriptions.update(everything, first.id, () => ({ draft: draftOf('https://other.example/hook') })));
  await world.pass(60_000);
  assert.deepEqual(world.firstReceipts(second.number, number), [1]);
});
