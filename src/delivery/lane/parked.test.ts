import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { seededRandom } from '../../kit/random.ts';
import { everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';

const minute = 60_000;
const event = (call: string) => ({ call: callOf(call) });
const retry = { maxAttempts: 4, delaysMs: [10 * minute], jitter: 0 };

async function sharing(...drafts: Parameters<DeliveryWorld['subscribe']>[1][]) {
  const w = new DeliveryWorld(1);
  await w.start();
  const all: Subscription[] = [];
  for (const draft of drafts) all.push(await w.subscribe('a.test', { retry, ...draft }));
  const parked = () =>
    all.map((one) => {
      const { heldBy, dueAt, ...counts } = w.delivery.parked(one);
      return { ...counts, heldBy: [...heldBy], inMs: dueAt === null ? null : dueAt - w.clock.now() };
    });
  return { w, all, parked };
}

const nothing = { retrying: 0, behind: 0, behindOthers: 0, heldBy: [], inMs: null };

test('what waits for another subscription’s failure is told of the one that has no failure itself', async () => {
  const { w, all, parked } = await sharing({}, {});
  const [fails, waits] = all.map(({ number }) => number);
  w.callMoods.set('bad', 'refuses');
  await w.append(event('bad'), event('bad'), event('good'));
  await w.pass(minute);
  assert.deepEqual(w.firstReceipts(waits ?? 0), [3]);
  assert.equal(w.delivery.lag(all[1]!), 0, 'which is why it has to be told');
  const inMs = parked()[0]?.inMs ?? 0;
  assert.ok(inMs > 8 * minute && inMs < 10 * minute, String(inMs));
  assert.deepEqual(parked(), [
    { retrying: 1, behind: 1, behindOthers: 0, heldBy: [], inMs },
    { retrying: 0, behind: 2, behindOthers: 2, heldBy: [fails], inMs },
  ]);
  w.callMoods.clear();
  await w.pass(10 * minute);
  assert.deepEqual(parked(), [nothing, nothing]);
});

test('with order none a subscription neither waits for others nor has them wait', async () => {
  const { w, parked } = await sharing({ order: 'none' }, {});
  w.callMoods.set('bad', 'refuses');
  await w.append(event('bad'), event('bad'));
  await w.pass(minute);
  const [apart, other] = parked();
  assert.deepEqual([apart?.retrying, apart?.behind, other?.retrying, other?.behind], [2, 0, 1, 1]);
  assert.deepEqual([apart?.heldBy, other?.heldBy], [[], []]);
});

test('paused it has no time of a next attempt; in its side lane it waits for itself alone', async () => {
  const { w, all, parked } = await sharing({}, {});
  w.callMoods.set('bad', 'refuses');
  await w.append(event('bad'));
  await w.pass(minute);
  const [first, second] = all as [Subscription, Subscription];
  w.apart.add(second.number);
  const paused = w.delivery.subscriptions.setSubscriptionPaused(everything, second.id, true);
  await w.pass(minute);
  await paused;
  assert.deepEqual(parked()[1], { ...nothing, retrying: 1 });
  await w.delivery.subscriptions.setPaused(everything, first.endpoint, true);
  assert.deepEqual(parked()[0], { ...nothing, retrying: 1 });
});

test('over all subscriptions it adds up to what their endpoints have parked, whatever happens', async () => {
  const { w, all } = await sharing({ options: { batch: 5 } }, {}, { order: 'none' }, {});
  const random = seededRandom(7);
  const upTo = (most: number): number => Math.floor(random.next() * most);
  let most = 0;
  for (let round = 0; round < 200; round++) {
    w.callMoods.set(`c${upTo(6)}`, (['ok', 'refuses', 'fails', 'flaky'] as const)[upTo(4)] ?? 'ok');
    await w.append(...Array.from({ length: 1 + upTo(6) }, () => event(`c${upTo(6)}`)));
    await w.pass(upTo(minute));
    if (round % 50 === 49) await w.crash(true);
    const told = all.map((one) => w.delivery.parked(one));
    const sum = told.reduce((total, { retrying, behind }) => total + retrying + behind, 0);
    const parked = w.delivery.endpoints(everything).reduce((total, one) => total + one.parked, 0);
    assert.equal(sum, parked, `round ${round}`);
    for (const { behind, behindOthers, heldBy } of told) {
      assert.ok(behindOthers <= behind && heldBy.size > 0 === behindOthers > 0, `round ${round}`);
    }
    most = Math.max(most, sum);
  }
  assert.ok(most > 20, `at most ${most} were parked`);
});
