import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { adminToken, createApiWorld } from '../../../test/support/api-world.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import { openStream } from './client.ts';
import { createStreamHub } from './hub.ts';

async function createStreamWorld() {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const world = await createApiWorld({ deps: { clock, log } });
  const send = async (domain: string) => {
    const answer = await world.post('/v1/events', { type: 'call.started', domain, call: { id: 'c1' } });
    assert.equal(answer.statusCode, 202, answer.body);
  };
  /** Frames as text, each with the ids it names. */
  const open = async (token = adminToken, query = '') => {
    const answer = await world.api.app.inject({
      url: `/v1/stream${query}`,
      headers: { authorization: `Bearer ${token}` },
      payloadAsStream: true,
    });
    assert.equal(answer.statusCode, 200);
    return answer.stream().setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
  };
  const tokenFor = async (domain: string) =>
    (await world.post('/v1/tokens', { name: 't', kind: 'domain', domain })).json<{ id: string; token: string }>();
  const elsewhere = async (times: number) => {
    for (let time = 0; time < times; time++) {
      await send('b');
      clock.advance(5_000);
    }
  };
  return { ...world, clock, log, send, open, tokenFor, elsewhere };
}

const idIn = (frame: IteratorResult<string>): number => Number(/^id: (\d+)$/m.exec(String(frame.value))?.[1] ?? NaN);

test('who sees nothing on a busy server gets heartbeats that name the place, and an end with the token', {
  timeout: 10_000,
}, async () => {
  const world = await createStreamWorld();
  try {
    await world.send('b');
    const { id, token } = await world.tokenFor('a');
    const stream = await world.open(token, '?type=call.started');
    const begun = await stream.next();
    assert.match(String(begun.value), /^retry: 2000\n/);
    const places = [idIn(begun)];
    assert.ok((places[0] as number) > 0);
    for (let round = 0; round < 4; round++) {
      await world.elsewhere(3);
      places.push(idIn(await stream.next()));
    }
    assert.deepEqual(
      places,
      [...new Set(places)].sort((one, other) => one - other),
    );
    const revoked = await world.ask({ method: 'DELETE', url: `/v1/tokens/${id}` });
    assert.equal(revoked.statusCode, 204);
    await world.elsewhere(3);
    assert.equal((await stream.next()).done, true);
  } finally {
    await world.stop();
  }
});

test('who waits for deliveries alone gets heartbeats on a busy server too', { timeout: 10_000 }, async () => {
  const world = await createStreamWorld();
  try {
    const stream = await world.open(adminToken, '?show=deliveries');
    const first = idIn(await stream.next());
    await world.elsewhere(3);
    assert.ok(idIn(await stream.next()) > first);
  } finally {
    await world.stop();
  }
});

test('a stream that is refused leaves nothing behind', async () => {
  const world = await createStreamWorld();
  const { clock, log } = world;
  const hub = createStreamHub({ clock, log, logger: silentLogger, attempts: world.deps.attempts }, { maxStreams: 1 });
  try {
    const request = { after: 0, wants: () => true, domains: undefined, wantsDelivery: null };
    const open = (closed: AbortSignal) => openStream({ clock, log, hub }, request, closed);
    const first = open(new AbortController().signal);
    assert.ok(first);
    const closed = new AbortController();
    for (let times = 0; times < 5; times++) assert.equal(open(closed.signal), null);
    assert.equal(getEventListeners(hub.signal, 'abort').length, 1);
    assert.equal(getEventListeners(closed.signal, 'abort').length, 0);
    await first.return(undefined);
  } finally {
    hub.close();
    await world.stop();
  }
});
