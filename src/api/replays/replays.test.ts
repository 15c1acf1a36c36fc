import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld();
});
after(() => world.stop());

const subscribe = async (more: object = {}): Promise<{ readonly id: string; readonly number: number }> => {
  const body = { name: 'n', dialect: 'cloudevents', scope: { domain: 'default' }, ...more };
  const answer = await world.post('/v1/subscriptions', { endpoint: { url: 'inbox:replays' }, ...body });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
};
const send = async (...events: object[]): Promise<void> => {
  const answer = await world.post('/v1/events', events);
  assert.equal(answer.statusCode, 202, answer.body);
};
const get = async (url: string) => (await world.ask({ url })).json();
const ended = async (number: number) => {
  for (;;) {
    const now = await get(`/v1/replays/${number}`);
    if (now.endedAt !== null) return now;
    await world.deps.delivery.recorded();
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const message = { type: 'message.received', data: {} };

test('a replay is begun, read, listed, and its deliveries are found', async () => {
  const { id, number } = await subscribe({ events: ['message.*'] });
  const since = new Date(world.deps.clock.now() - 60_000).toISOString();
  await send(message, { ...message, type: 'message.sent' });
  await world.deps.delivery.settledUpTo(world.deps.log.head());
  const begun = await world.post(`/v1/subscriptions/${id}/replay`, { from: since, events: ['message.sent'] });
  assert.equal(begun.statusCode, 202, begun.body);
  const { number: replay } = begun.json<{ number: number }>();
  assert.equal(begun.headers['location'], `/v1/replays/${replay}`);
  const now = await ended(replay);
  assert.deepEqual(
    [now.state, now.share, now.since, now.until, now.subscriptions, now.events, now.createdBy],
    ['done', 1, since, null, [number], ['message.sent'], 'administrator'],
  );
  assert.equal(now.counts.delivered, 1);
  assert.equal(now.counts.matched, 1);
  const { items } = await get(`/v1/deliveries?replay=${replay}`);
  assert.deepEqual(
    items.map((one: { delivery: string }) => one.delivery),
    [`${number}-${now.to}-r${replay}`],
  );
  const delivery = await get(`/v1/deliveries/${items[0].delivery}`);
  assert.deepEqual([delivery.state, delivery.replay, delivery.attempts.length], ['delivered', replay, 1]);
  assert.equal(delivery.request.headers['x-offhook-replay'], String(replay));
  const live = await get(`/v1/deliveries/${number}-${now.to}`);
  assert.deepEqual([live.replay, live.attempts.length], [null, 1]);
  const retried = await world.post(`/v1/deliveries/${items[0].delivery}/retry`, {});
  assert.deepEqual([retried.statusCode, retried.json().code], [409, 'delivery_not_retryable']);
  const second = await world.post(`/v1/subscriptions/${id}/replay`, { fromSeq: 1, toSeq: 1 });
  await ended(second.json().number);
  const first = await get('/v1/replays?limit=1');
  assert.deepEqual([first.items[0].number, first.next], [replay + 1, String(replay + 1)]);
  assert.equal((await get(`/v1/replays?limit=1&cursor=${first.next}`)).items[0].number, replay);
  assert.deepEqual((await get('/v1/replays?state=cancelled')).items, []);
});

test('an endpoint’s subscriptions are replayed together; a dry run only counts', async () => {
  const endpoint = { url: 'inbox:together' };
  const one = await subscribe({ endpoint, events: ['message.received'] });
  const other = await subscribe({ endpoint, events: ['message.received'], expireAfter: { 'message.received': '1s' } });
  const { endpoint: shown } = await get(`/v1/subscriptions/${one.id}`);
  await send(message, message);
  const head = world.deps.log.head();
  await world.deps.delivery.settledUpTo(head);
  const ask = (body: object) => world.post(`/v1/endpoints/${shown.number}/replay`, { fromSeq: head - 1, ...body });
  const counted = (await ask({ dryRun: true })).json();
  assert.deepEqual(
    [counted.dryRun, counted.matched, counted.complete, counted.from, counted.to],
    [true, 4, true, head - 1, head],
  );
  assert.equal((await get('/v1/replays?state=running')).items.length, 0);
  const begun = (await ask({})).json();
  assert.deepEqual([begun.of, begun.subscriptions], ['endpoint', [one.number, other.number]]);
  assert.equal((await ended(begun.number)).state, 'done');
});

test('a dry run tells a user nothing of how much others telephone', async () => {
  const token = { name: 'narrow', kind: 'user', domain: 'default', user: 'bob' };
  const { token: text } = (await world.post('/v1/tokens', token)).json<{ token: string }>();
  const { id } = await subscribe({
    scope: { reseller: 'default', domain: 'default', user: 'bob' },
    events: ['message.received'],
  });
  const fromSeq = world.deps.log.head() + 1;
  await send({ ...message, user: 'carol' }, message, { ...message, user: 'bob' }, { ...message, user: 'carol' });
  const leftOut = async (headers: Record<string, string>) => {
    const body = { fromSeq, filter: 'false', dryRun: true };
    const counted = await world.post(`/v1/subscriptions/${id}/replay`, body, headers);
    assert.equal(counted.statusCode, 200, counted.body);
    return counted.json<{ leftOut: Record<string, number> }>().leftOut;
  };
  assert.deepEqual(await leftOut({ authorization: `Bearer ${text}` }), { scope: 0, type: 0, filter: 1 });
  // What was said of the subscription that was just made may come among them.
  const { scope = 0, ...others } = await leftOut({});
  assert.ok(scope >= 3, `left out for their scope: ${scope}`);
  assert.deepEqual(others, { type: 0, filter: 1 });
});

test('what is asked for wrongly is refused with the field and a remedy', async () => {
  const { id } = await subscribe();
  const refused = async (body: object, url = `/v1/subscriptions/${id}/replay`) => {
    const answer = await world.post(url, body);
    const { code, field, remedy } = answer.json<{ code: string; field?: string; remedy: string }>();
    assert.ok(remedy);
    return [answer.statusCode, code, field];
  };
  const time = '2026-01-01T00:00:00Z';
  assert.deepEqual(await refused({}), [400, 'invalid_field', 'from']);
  assert.deepEqual(await refused({ from: time, fromSeq: 1 }), [400, 'invalid_field', 'fromSeq']);
  assert.deepEqual(await refused({ fromSeq: 1, to: time, toSeq: 3 }), [400, 'invalid_field', 'toSeq']);
  assert.deepEqual(await refused({ fromSeq: 5, toSeq: 3 }), [400, 'invalid_field', 'toSeq']);
  assert.deepEqual(await refused({ from: time, to: '2025-01-01T00:00:00Z' }), [400, 'invalid_field', 'to']);
  assert.deepEqual(await refused({ fromSeq: 1, events: ['call.startd'] }), [400, 'invalid_field', 'events']);
  assert.deepEqual(await refused({ fromSeq: 1, filter: 'call.' }), [400, 'invalid_field', 'filter']);
  assert.deepEqual(await refused({ fromSeq: 1, until: time }), [400, 'unknown_field', 'until']);
  assert.deepEqual(await refused({ from: 'yesterday' }), [400, 'invalid_field', 'from']);
  const missing = (url: string) => refused({ fromSeq: 1 }, url);
  assert.deepEqual(await missing('/v1/subscriptions/nobody/replay'), [404, 'subscription_not_found', undefined]);
  assert.deepEqual(await missing('/v1/endpoints/999/replay'), [404, 'endpoint_not_found', undefined]);
  assert.deepEqual(await refused({}, '/v1/replays/999/cancel'), [404, 'replay_not_found', undefined]);
  assert.equal((await world.ask({ url: '/v1/replays/999' })).statusCode, 404);
});

test('a disabled subscription has no replay; one that has ended can’t be cancelled', async () => {
  const off = await subscribe({ enabled: false });
  const refused = await world.post(`/v1/subscriptions/${off.id}/replay`, { fromSeq: 1 });
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'nothing_to_replay_to']);
  const on = await subscribe();
  const { number } = (await world.post(`/v1/subscriptions/${on.id}/replay`, { fromSeq: 1 })).json();
  await ended(number);
  const late = await world.post(`/v1/replays/${number}/cancel`, {});
  assert.deepEqual([late.statusCode, late.json().code], [409, 'replay_ended']);
});

test('what a replay has parked is tried again when it is asked for', async () => {
  const sender = createScriptedSender();
  const own = await createApiWorld({ sender });
  /** Once it is so. */
  const comesTo = async (delivery: string, state: string) => {
    for (;;) {
      const now = (await own.ask({ url: `/v1/deliveries/${delivery}` })).json<{ state?: string }>();
      if (now.state === state) return;
      await own.deps.delivery.recorded();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  try {
    const body = {
      name: 'n',
      dialect: 'cloudevents',
      events: ['message.*'],
      endpoint: { url: 'https://r.example/hook' },
    };
    const { id, number } = (await own.post('/v1/subscriptions', body)).json<{ id: string; number: number }>();
    const sent = await own.post('/v1/events', message);
    const { seq } = sent.json<{ accepted: { seq: number }[] }>().accepted[0] as { seq: number };
    await own.deps.delivery.settledUpTo(seq);
    sender.answers.set('r.example', 503);
    const begun = await own.post(`/v1/subscriptions/${id}/replay`, { fromSeq: seq, toSeq: seq });
    const { number: replay } = begun.json<{ number: number }>();
    const delivery = `${number}-${seq}-r${replay}`;
    await comesTo(delivery, 'parked');
    sender.answers.set('r.example', 200);
    const retried = await own.post(`/v1/deliveries/${delivery}/retry`, {});
    assert.deepEqual([retried.statusCode, retried.json().delivery, retried.json().state], [200, delivery, 'due']);
    await comesTo(delivery, 'delivered');
    assert.equal(sender.requests.length, 3);
  } finally {
    await own.stop();
  }
});
