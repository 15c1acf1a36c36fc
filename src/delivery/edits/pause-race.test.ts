import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';

test('what is accepted while a subscription comes to be paused alone is not lost, however close', async () => {
  for (let hops = 0; hops < 40; hops++) {
    const world = new DeliveryWorld(1);
    await world.start();
    const first = await world.subscribe('r.example');
    await world.subscribe('r.example', { selection: { events: ['message.received'] } });
    world.apart.add(first.number);
    const put = world.subscriptions.put.bind(world.subscriptions);
    const append = async (): Promise<void> => {
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      await world.append({ call: callOf('a') });
    };
    world.subscriptions.put = (...args) => {
      void append();
      return put(...args);
    };
    const pausing = world.delivery.subscriptions.setSubscriptionPaused(everything, first.id, true);
    await world.pass(50);
    await pausing;
    world.subscriptions.put = put;
    await world.delivery.subscriptions.setSubscriptionPaused(everything, first.id, false);
    await world.pass(5_000);
    assert.deepEqual(world.firstReceipts(first.number), [1], `after ${hops} turns`);
  }
});
