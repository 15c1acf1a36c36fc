import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { exampleCall } from '../../../test/support/api-calls.ts';

test('answers are what the reference says they are', async () => {
  const world = await createApiWorld();
  try {
    world.calls.push(exampleCall());
    const auth = { kind: 'headers', headers: { 'x-key': 'secret' } };
    const subscription = { name: 'n', dialect: 'cloudevents', endpoint: { url: 'inbox:x', auth } };
    const made = (await world.post('/v1/subscriptions', subscription)).json<{ id: string }>();
    const event = { id: 'e1', type: 'leg.ringing', call: { id: 'c1' }, leg: { id: 'l1' } };
    const sent = (await world.post('/v1/events', event)).json<{ accepted: { seq: number }[] }>();
    const seq = sent.accepted[0]?.seq ?? 0;
    await world.deps.delivery.settledUpTo(seq);
    const token = (await world.post('/v1/tokens', { name: 't', kind: 'domain', domain: 'acme' })).json<{
      id: string;
    }>();
    await world.post('/v1/domains', { name: 'acme', country: 'AT', allowNetworks: ['10.0.0.0/8'] });
    await world.post('/v1/extensions', { domain: 'acme', number: '210', prefix: '0003', dids: ['01 234567'] });
    await world.post('/v1/users', { domain: 'acme', name: 'bob', extensions: ['210'] });
    const way = { dialect: 'ringme', domain: 'acme', extension: '210' };
    const source = (await world.post('/v1/sources', way)).json<{ id: string }>();
    await world.post(`/v1/subscriptions/${made.id}/replay`, { from: '2026-01-01T00:00:00Z', filter: 'seq > 0' });
    await world.post('/v1/erasures', { number: '+12157010680' });
    const params = new Map([
      ['/v1/erasures/:number', '1'],
      ['/v1/replays/:number', '1'],
      ['/v1/tokens/:id', token.id],
      ['/v1/sources/:id', source.id],
      ['/v1/domains/:name', 'acme'],
      ['/v1/extensions/:id', '1'],
      ['/v1/users/:id', '1'],
      ['/v1/subscriptions/:id', made.id],
      ['/v1/events/:id', 'e1'],
      ['/v1/events/:id/why', 'e1'],
      ['/v1/deliveries/:id', `1-${seq}`],
      ['/v1/deliveries/:id/why', `1-${seq}`],
      ['/v1/calls/:id', world.calls[0]!.call.id],
      ['/v1/endpoints/:number', '1'],
      ['/inbox/:token', 'x'],
    ]);
    let checked = 0;
    for (const { method, path, facts } of world.api.routes.routes) {
      const schema = facts?.answers?.[200]?.schema;
      if (method !== 'GET' || !schema) continue;
      const answer = await world.ask({ url: path.replace(/:[a-z]+/, params.get(path) ?? '') });
      assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`);
      const shape = Compile(schema);
      const errors = shape.Errors(answer.json());
      assert.deepEqual(errors, [], `${path}: ${answer.body}`);
      checked++;
    }
    assert.ok(checked >= 26, `only ${checked} routes were checked`);
  } finally {
    await world.stop();
  }
});
