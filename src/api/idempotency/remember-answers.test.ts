import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { adminToken, createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import { systemClock } from '../../kit/clock.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';

test('a client that hangs up and tries again gets the first answer, not a second doing', {
  timeout: 10_000,
}, async () => {
  const log = createMemoryEventLog({ clock: systemClock, idWindowMs: 3_600_000 });
  const { promise: disk, resolve: diskGoesOn } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>();
  const append = log.append.bind(log);
  log.append = async (events) => {
    begins();
    await disk;
    return append(events);
  };
  const world = await createApiWorld({ deps: { log } });
  try {
    await world.api.start();
    const body = JSON.stringify({ type: 'call.started', call: { id: 'c1' } });
    const socket = connect(Number(new URL(world.api.url()).port), '127.0.0.1');
    const hungUp = new Promise((resolve) =>
      world.api.app.server.once('connection', (one) => one.once('close', resolve)),
    );
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminToken}\r\nidempotency-key: k1\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await begun;
    socket.destroy();
    await Promise.all([hungUp, once(socket, 'close')]);
    const again = () => world.post('/v1/events', body, { 'idempotency-key': 'k1' });
    assert.equal((await again()).json().code, 'idempotency_key_in_use');
    diskGoesOn();
    let answer = await again();
    for (let tries = 0; answer.statusCode === 409 && tries < 200; tries++) answer = await again();
    assert.equal(answer.headers['idempotency-replayed'], 'true');
    assert.equal(log.head(), 1);
  } finally {
    await world.stop();
  }
});

test('what is said for now is not kept: the same request under the same key does its work later', async () => {
  const clock = new ManualClock();
  const world = await createApiWorld({ deps: { clock }, sender: createScriptedSender() });
  try {
    const body = { name: 'n', dialect: 'cloudevents', endpoint: { url: 'https://good.example/' }, enabled: false };
    const { id } = (await world.post('/v1/subscriptions', body)).json<{ id: string }>();
    const ask = async (what: string, more: object, key: string) => {
      const answer = await world.post(`/v1/subscriptions/${id}/${what}`, more, { 'idempotency-key': key });
      return [answer.statusCode, answer.json<{ code?: string }>().code, answer.headers['idempotency-replayed']];
    };
    const example = { type: 'call.started' };
    assert.equal((await ask('test', example, 'k1'))[0], 200);
    assert.deepEqual(await ask('test', example, 'k2'), [429, 'too_many_tests', undefined]);
    clock.advance(2_001);
    assert.deepEqual(await ask('test', example, 'k2'), [200, undefined, undefined]);
    assert.deepEqual(await ask('test', example, 'k2'), [200, undefined, 'true']);

    assert.equal((await world.post('/v1/events', { type: 'call.started', call: { id: 'c1' } })).statusCode, 202);
    const range = { fromSeq: 1 };
    assert.deepEqual(await ask('replay', range, 'k3'), [409, 'nothing_to_replay_to', undefined]);
    await world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload: { enabled: true } });
    assert.deepEqual(await ask('replay', range, 'k3'), [202, undefined, undefined]);
    const early = { eventId: 'comes-later' };
    assert.deepEqual(await ask('preview', early, 'k5'), [404, 'event_not_found', undefined]);
    await world.post('/v1/events', { id: 'comes-later', type: 'call.started', call: { id: 'c2' } });
    assert.deepEqual(await ask('preview', early, 'k5'), [200, undefined, undefined]);
    // What stays as it is is the answer for good.
    const wrong = { type: 'leg.nothing' };
    assert.deepEqual(await ask('preview', wrong, 'k4'), [400, 'invalid_field', undefined]);
    assert.deepEqual(await ask('preview', wrong, 'k4'), [400, 'invalid_field', 'true']);
  } finally {
    await world.stop();
  }
});
