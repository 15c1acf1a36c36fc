/** Every time that a request may carry: the right moment, or a refusal that names the field, and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { exampleCall } from '../../../test/support/api-calls.ts';

/** RFC 9557: typebox takes it for a date-time. */
const bracketed = '2026-01-31T12:00:00+01:00[Europe/Vienna]';
/** RFC 3339 has leap seconds, `Date.parse` has none. */
const past = '2016-12-31T23:59:60Z';
const future = '2037-12-31T23:59:60Z';
const afterPast = '2017-01-01T00:00:00.000Z';
const afterFuture = '2038-01-01T00:00:00.000Z';

let world: ApiWorld;
let subscription: string;
before(async () => {
  world = await createApiWorld();
  world.calls.push(exampleCall());
  const body = { name: 'n', dialect: 'cloudevents', scope: { domain: 'default' }, endpoint: { url: 'inbox:times' } };
  subscription = (await world.post('/v1/subscriptions', body)).json<{ id: string }>().id;
  const sent = await world.post('/v1/events', { type: 'call.started', call: { id: 'c1' } });
  assert.equal(sent.statusCode, 202, sent.body);
  await world.deps.delivery.settledUpTo(world.deps.log.head());
  await world.deps.delivery.recorded();
});
after(() => world.stop());

const searches = ['/v1/events?', '/v1/calls?', '/v1/calls?state=live&', '/v1/deliveries?', '/v1/audit?'];

describe('a search', () => {
  for (const path of searches) {
    it(`${path} refuses what is no moment, and leaves nothing out of a filter in silence`, async () => {
      const found = async (query: string): Promise<number> => {
        const answer = await world.ask({ url: path + query });
        assert.equal(answer.statusCode, 200, answer.body);
        return answer.json<{ items: unknown[] }>().items.length;
      };
      assert.ok((await found(`since=${past}`)) > 0);
      assert.equal(await found(`since=${past}`), await found(`until=${future}`));
      assert.equal(await found(`since=${future}`), 0);
      assert.equal(await found(`until=${past}`), 0);
      for (const field of ['since', 'until']) {
        const refused = await world.ask({ url: `${path}${field}=${encodeURIComponent(bracketed)}` });
        const { code, field: named, detail } = refused.json();
        assert.deepEqual([refused.statusCode, code, named], [400, 'invalid_field', field]);
        assert.match(detail, /such as 2026-/);
      }
    });
  }
});

async function isRefused(url: string, body: object, field: string, method: 'POST' | 'PATCH' = 'POST') {
  const headers = { 'content-type': 'application/json' };
  const refused = await world.ask({ method, url, headers, payload: JSON.stringify(body) });
  assert.deepEqual([refused.statusCode, refused.json().field], [400, field], refused.body);
}

it('a replay begins and ends at the moments meant, and the list of replays is still answered', async () => {
  const url = `/v1/subscriptions/${subscription}/replay`;
  await isRefused(url, { from: bracketed }, 'from');
  await isRefused(url, { from: past, to: bracketed }, 'to');
  const begun = await world.post(url, { from: past, to: future });
  assert.equal(begun.statusCode, 202, begun.body);
  const list = await world.ask({ url: '/v1/replays' });
  assert.equal(list.statusCode, 200, list.body);
  const [{ since, until }] = list.json().items;
  assert.deepEqual([since, until], [afterPast, afterFuture]);
});

it('a token ends at the moment meant', async () => {
  const token = { name: 'n', kind: 'superuser' };
  await isRefused('/v1/tokens', { ...token, expiresAt: bracketed }, 'expiresAt');
  const made = await world.post('/v1/tokens', { ...token, expiresAt: future });
  assert.equal(made.statusCode, 201, made.body);
  assert.equal(made.json().expiresAt, afterFuture);
  const url = `/v1/tokens/${made.json<{ id: string }>().id}`;
  await isRefused(url, { expiresAt: bracketed }, 'expiresAt', 'PATCH');
  const headers = { 'content-type': 'application/json' };
  const payload = JSON.stringify({ expiresAt: '2036-12-31T23:59:60Z' });
  const changed = await world.ask({ method: 'PATCH', url, headers, payload });
  assert.equal(changed.json().expiresAt, '2037-01-01T00:00:00.000Z', changed.body);
});

it('what is tried again lies between the moments meant', async () => {
  const url = '/v1/deliveries/retry';
  await isRefused(url, { subscription, from: bracketed }, 'from');
  await isRefused(url, { subscription, to: bracketed }, 'to');
  const none = await world.post(url, { subscription, outcome: ['parked', 'cancelled'], from: future });
  assert.deepEqual([none.statusCode, none.json().retried], [200, 0], none.body);
});
