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
    await world.post('/v1/events', { id: 'e1', type: 'leg.ringing', call: { id: 'c1' }, leg: { id: 'l1' } });
    await world.deps.delivery.settledUpTo(1);
    const params = new Map([
      ['/v1/subscriptions/:id', made.id],
      ['/v1/events/:id', 'e1'],
      ['/v1/deliveries/:id', '1-1'],
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
    assert.ok(checked >= 15, `only ${checked} routes were checked`);
  } finally {
    await world.stop();
  }
});
