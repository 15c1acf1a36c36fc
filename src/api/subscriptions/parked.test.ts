import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import type { SubscriptionView } from '../contract/subscription.ts';

test('a subscription whose events wait for another one’s failure says so, and may be sent back as it was read', async () => {
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender });
  try {
    sender.answers.set('crm.example', 400);
    const made = async (path: string): Promise<SubscriptionView> => {
      const endpoint = { url: `https://crm.example/${path}` };
      const retry = { maxAttempts: 3, delays: ['5m'] };
      const answer = await world.post('/v1/subscriptions', { name: path, dialect: 'cloudevents', endpoint, retry });
      assert.equal(answer.statusCode, 201, answer.body);
      return answer.json<SubscriptionView>();
    };
    const [fails, waits] = [await made('one'), await made('two')];
    assert.deepEqual(fails.parked, { retrying: 0, behind: 0, behindOthers: 0, heldBy: [], dueAt: null });
    const event = { type: 'call.started', call: { id: 'c1' } };
    const { accepted } = (await world.post('/v1/events', event)).json<{ accepted: { seq: number }[] }>();
    await world.deps.delivery.settledUpTo(accepted[0]?.seq ?? 0);
    const look = async (id: string) => (await world.ask({ url: `/v1/subscriptions/${id}` })).json<SubscriptionView>();
    const held = await look(waits.id);
    assert.deepEqual([held.status, held.counters.errors, held.lag], ['active', 0, 0]);
    const { dueAt, ...parked } = held.parked;
    assert.deepEqual(parked, { retrying: 0, behind: 1, behindOthers: 1, heldBy: [fails.number] });
    const inMs = Date.parse(dueAt ?? '') - Date.now();
    assert.ok(inMs > 200_000 && inMs <= 400_000, dueAt ?? 'null');
    const { items } = (await world.ask({ url: '/v1/subscriptions' })).json<{ items: SubscriptionView[] }>();
    assert.deepEqual(
      items.map((one) => [one.parked.retrying, one.parked.behind]),
      [
        [1, 0],
        [0, 1],
      ],
    );
    const url = `/v1/subscriptions/${waits.id}`;
    const headers = { 'content-type': 'application/json' };
    const put = await world.ask({ method: 'PUT', url, headers, payload: JSON.stringify(held) });
    assert.equal(put.statusCode, 200, put.body);
  } finally {
    await world.stop();
  }
});
