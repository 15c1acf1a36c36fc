import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { everything } from '../../model/scope.ts';
import { openMemoryRecords } from '../../records/sqlite/records.ts';

test('a caller of one extension sees deliveries of their subscriptions alone, and of their events alone what is in them', async () => {
  const records = await openMemoryRecords();
  const access = { ...everything, domain: 'default', extension: '101' };
  const checkToken = (token: string) =>
    token === 'narrow' ? { name: 'narrow', access } : { name: 'admin', access: everything };
  const world = await createApiWorld({ deps: { checkToken, attempts: records.attempts } });
  try {
    const made = async (scope: object) => {
      const body = { name: 'n', dialect: 'cloudevents', scope, endpoint: { url: 'inbox:x' }, enabled: false };
      return (await world.post('/v1/subscriptions', body)).json<{ number: number }>().number;
    };
    const own = await made({ domain: 'default', extension: '101' });
    const whole = await made({ domain: 'default' });
    for (const extension of ['101', '102']) {
      await world.post('/v1/events', { type: 'message.received', extension, extensions: [extension], data: {} });
    }
    assert.equal(world.deps.log.head(), 2);
    const row = { endpoint: 1, attempt: 1, outcome: 'delivered' as const, status: 200, durationMs: 1, detail: null };
    const attempts = [own, whole].flatMap((subscription) =>
      [1, 2].map((seq) => ({ ...row, subscription, seq, batch: seq, startedAt: world.deps.clock.now() })),
    );
    const nothing = { park: [], unpark: [], detach: [], attach: [], counters: [], checkpoint: null };
    await records.delivery.flush({ attempts, ...nothing });
    const ask = async (path: string, token = 'narrow') =>
      (await world.ask({ url: `/v1/deliveries${path}`, headers: { authorization: `Bearer ${token}` } })).json();
    const { items } = await ask('');
    assert.deepEqual(
      items.map(({ subscription }: { subscription: number }) => subscription),
      [own, own],
    );
    assert.equal((await ask(`/${own}-1`)).event.extension, '101');
    // As when the subscription's scope was wider before.
    assert.equal((await ask(`/${own}-2`)).event, null);
    assert.equal((await ask(`/${own}-2`, 'admin')).event.extension, '102');
    assert.equal((await ask(`/${whole}-1`)).code, 'delivery_not_found');
    assert.equal((await ask(`?subscription=${whole}`)).code, 'subscription_not_found');
  } finally {
    await world.stop();
    await records.close();
  }
});
