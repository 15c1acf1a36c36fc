/** Who waits for a retry of many, and for how long. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { adminToken, createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import type { AttemptQueries, StoredAttempt } from '../../records/attempt-queries.ts';

type Get = (seqs: readonly number[], how?: { readonly sparing?: boolean }) => Promise<void>;

/** @param reads is told of each reading of single events, before it is done */
async function createWaitingWorld(reads: { get: Get | null }, clock: Clock = systemClock) {
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const get = log.get.bind(log);
  log.get = async (seqs, how) => {
    await reads.get?.(seqs, how);
    return get(seqs, how);
  };
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender, deps: { clock, log } });
  const list = (found: AttemptQueries['list']) => void Object.assign(world.deps.attempts, { list: found });
  /** A subscription with one delivery that was given up. */
  const givenUp = async (domain: string) => {
    const endpoint = { url: `https://${domain}.example/hook` };
    const body = { name: 'n', dialect: 'cloudevents', retry: { maxAttempts: 1 }, endpoint, scope: { domain } };
    const { number } = (await world.post('/v1/subscriptions', body)).json<{ number: number }>();
    sender.answers.set(`${domain}.example`, 400);
    const token = (await world.post('/v1/tokens', { name: domain, kind: 'domain', domain })).json<{ token: string }>();
    const headers = { authorization: `Bearer ${token.token}` };
    const event = { type: 'call.started', call: { id: `c-${domain}` } };
    const { seq } = (await world.post('/v1/events', event, headers)).json().accepted[0] as { seq: number };
    await world.deps.delivery.settledUpTo(seq);
    await world.deps.delivery.recorded();
    return { number, id: `${number}-${seq}` };
  };
  const many = (number: number, more: object = {}) =>
    world.post('/v1/deliveries/retry', { subscription: String(number), ...more });
  const single = (id: string) => world.post(`/v1/deliveries/${id}/retry`, {});
  return { ...world, list, givenUp, many, single };
}

const newest = 10_000_000;

/** Deliveries without end whose last word is `expired`, newest first; their events are gone. */
const expiredWithoutEnd: AttemptQueries['list'] = ({ before = newest, limit }) => {
  const attempts = Array.from({ length: limit }, (_, index): StoredAttempt => {
    const row = before - 1 - index;
    const verdict = { outcome: 'expired', status: 0, durationMs: 0, detail: null } as const;
    return {
      row,
      subscription: 1,
      seq: row,
      endpoint: 1,
      attempt: 1,
      replay: 0,
      batch: row,
      startedAt: row,
      ...verdict,
    };
  });
  return Promise.resolve({ attempts, next: before - limit });
};
/** The first reading of what is looked for waits until it is let go of. */
function holding() {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let count = 0;
  const get: Get = async (seqs) => {
    // Deliveries that were given up are told of meanwhile, and their events read.
    if ((seqs[0] ?? 0) < newest - 100_000 || ++count > 1) return;
    begun.resolve();
    await held.promise;
  };
  return { get, begun: begun.promise, letGo: () => held.resolve(), count: () => count };
}

test('a retry of many keeps nobody waiting but those of its own subscription, and not too many of them', {
  timeout: 10_000,
}, async () => {
  const reads: { get: Get | null } = { get: null };
  const world = await createWaitingWorld(reads);
  const { get, begun, letGo } = holding();
  try {
    const [mine, others] = [await world.givenUp('acme'), await world.givenUp('globex')];
    world.list(async (asked) => ({ ...(await expiredWithoutEnd(asked)), next: null }));
    reads.get = get;
    const bulk = world.many(mine.number, { outcome: ['expired'] });
    await begun;
    const theirs = await world.single(others.id);
    assert.deepEqual([theirs.statusCode, theirs.json().state], [200, 'due'], theirs.body);
    assert.equal((await world.many(others.number)).statusCode, 200);

    // Asked for one by one, so that they come in this order.
    const own = Array.from({ length: 99 }, () => world.single(mine.id).then((answer) => answer));
    const refused = await world.single(mine.id);
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'too_many_retries']);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    letGo();
    assert.equal((await bulk).json().refused, 500);
    // Each saw what became of the one before it: nothing was tried again twice at a time.
    for (const answer of await Promise.all(own)) assert.ok([200, 409].includes(answer.statusCode), answer.body);
    assert.notEqual((await world.single(mine.id)).statusCode, 429);
  } finally {
    letGo();
    await world.stop();
  }
});

test('a retry of many looks for a bounded time, reads no more of events than it needs, and says that there are more', {
  timeout: 20_000,
}, async () => {
  const reads: { get: Get | null } = { get: null };
  const clock = new ManualClock();
  const world = await createWaitingWorld(reads, clock);
  try {
    const body = { name: 'n', dialect: 'cloudevents', endpoint: { url: 'https://good.example/' } };
    const { number } = (await world.post('/v1/subscriptions', body)).json<{ number: number }>();
    world.list(expiredWithoutEnd);
    let count = 0;
    reads.get = async (seqs, how) => {
      if (seqs.length === 0) return;
      count++;
      assert.deepEqual(how, { sparing: true });
      clock.compute(500);
    };
    const told = (await world.many(number, { outcome: ['expired'] })).json();
    assert.equal(count, 4, 'two seconds');
    assert.deepEqual([told.retried, told.refused, told.more], [0, 400, true]);
    assert.match(told.words, /smaller range of time/);
  } finally {
    await world.stop();
  }
});

test('a retry of many looks no further when its client has hung up', { timeout: 20_000 }, async () => {
  const reads: { get: Get | null } = { get: null };
  const world = await createWaitingWorld(reads);
  const { get, begun, letGo, count } = holding();
  try {
    const endpoint = { url: 'https://good.example/' };
    const made = await world.post('/v1/subscriptions', { name: 'n', dialect: 'cloudevents', endpoint });
    const subscription = String(made.json<{ number: number }>().number);
    world.list(expiredWithoutEnd);
    await world.api.start();
    const body = JSON.stringify({ subscription, outcome: ['expired'] });
    const socket = connect(Number(new URL(world.api.url()).port), '127.0.0.1');
    const hungUp = new Promise((resolve) =>
      world.api.app.server.once('connection', (one) => one.once('close', resolve)),
    );
    reads.get = get;
    socket.write(
      `POST /v1/deliveries/retry HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminToken}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await begun;
    socket.destroy();
    await Promise.all([hungUp, once(socket, 'close')]);
    letGo();
    // It comes after it: when it is answered, the first has ended.
    assert.equal((await world.single(`${subscription}-1`)).statusCode, 404);
    assert.ok(count() <= 2, `${count()} times events were read`);
  } finally {
    letGo();
    await world.stop();
  }
});
