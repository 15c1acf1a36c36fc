import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { openMemoryRecords } from '../../records/sqlite/records.ts';

test('a user sees deliveries of their subscriptions alone, and of their events alone what is in them', async () => {
  const records = await openMemoryRecords();
  const world = await createApiWorld({ deps: { attempts: records.attempts } });
  try {
    const token = { name: 'narrow', kind: 'user', domain: 'default', user: 'bob' };
    const narrow = (await world.post('/v1/tokens', token)).json<{ token: string }>().token;
    const made = async (scope: object) => {
      const body = { name: 'n', dialect: 'cloudevents', scope, endpoint: { url: 'inbox:x' }, enabled: false };
      return (await world.post('/v1/subscriptions', body)).json<{ number: number }>().number;
    };
    const own = await made({ reseller: 'default', domain: 'default', user: 'bob' });
    const whole = await made({ reseller: 'default', domain: 'default' });
    const seqs: number[] = [];
    for (const user of ['bob', 'carol']) {
      const sent = await world.post('/v1/events', { type: 'message.received', user, data: {} });
      seqs.push(sent.json<{ accepted: { seq: number }[] }>().accepted[0]?.seq ?? 0);
    }
    const row = { endpoint: 1, attempt: 1, outcome: 'delivered' as const, status: 200, durationMs: 1, detail: null };
    const attempts = [own, whole].flatMap((subscription) =>
      seqs.map((seq) => ({ ...row, subscription, seq, replay: 0, batch: seq, startedAt: world.deps.clock.now() })),
    );
    const nothing = { park: [], unpark: [], detach: [], attach: [], counters: [] };
    await records.delivery.flush({ attempts, ...nothing, replays: [], replayCounts: [], checkpoint: null });
    const ask = async (path: string, headers: object = { authorization: `Bearer ${narrow}` }) =>
      (await world.ask({ url: `/v1/deliveries${path}`, headers: { ...headers } })).json();
    const { items } = await ask('');
    assert.deepEqual(
      items.map(({ subscription }: { subscription: number }) => subscription),
      [own, own],
    );
    const [first, second] = seqs;
    assert.equal((await ask(`/${own}-${first}`)).event.user, 'bob');
    // As when the subscription's scope was wider before.
    assert.equal((await ask(`/${own}-${second}`)).event, null);
    assert.equal((await ask(`/${own}-${second}`, {})).event.user, 'carol');
    assert.equal((await ask(`/${whole}-${first}`)).code, 'delivery_not_found');
    assert.equal((await ask(`?subscription=${whole}`)).code, 'subscription_not_found');
  } finally {
    await world.stop();
    await records.close();
  }
});
