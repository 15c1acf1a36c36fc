import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminToken, createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import { headerRecord } from '../../delivery/sender/headers.ts';

async function createRetryWorld() {
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender });
  const subscribe = async (more: object = {}) => {
    const endpoint = { url: 'https://receiver.example/hook' };
    const body = { name: 'n', dialect: 'cloudevents', retry: { delays: ['1h'] }, endpoint, ...more };
    return (await world.post('/v1/subscriptions', body)).json<{ id: string; number: number }>();
  };
  const send = async (call: string) => {
    const answer = await world.post('/v1/events', { type: 'call.started', call: { id: call } });
    const { seq } = answer.json<{ accepted: { seq: number }[] }>().accepted[0] as { seq: number };
    await world.deps.delivery.settledUpTo(seq);
    return seq;
  };
  const retry = async (id: string) => {
    const answer = await world.post(`/v1/deliveries/${id}/retry`, {});
    return { ...answer.json<Record<string, unknown>>(), status: answer.statusCode } as Record<string, unknown>;
  };
  /** Once so many requests have come and their results are recorded. */
  const stateOf = async (id: string, requests: number) => {
    await sender.came(requests);
    for (;;) {
      await world.deps.delivery.recorded();
      const { state, attempts } = (await world.ask({ url: `/v1/deliveries/${id}` })).json();
      if (attempts.filter(({ status }: { status: number | null }) => status !== null).length >= requests) return state;
    }
  };
  const patch = (id: string, payload: object) =>
    world.api.app.inject({
      method: 'PATCH',
      url: `/v1/subscriptions/${id}`,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      payload,
    });
  const attemptsSent = () => sender.requests.map(({ headers }) => headerRecord(headers)['x-offhook-attempt']);
  return { ...world, sender, subscribe, send, retry, stateOf, patch, attemptsSent };
}

test('what is parked is due at once; what is behind it is refused with its id, and follows it', async () => {
  const world = await createRetryWorld();
  try {
    const { number } = await world.subscribe();
    world.sender.answers.set('receiver.example', 500);
    const [first, second] = [await world.send('c1'), await world.send('c1')];
    const refused = await world.retry(`${number}-${second}`);
    assert.deepEqual(
      [refused.status, refused['code'], refused['behind']],
      [409, 'delivery_behind', `${number}-${first}`],
    );
    world.sender.answers.clear();
    const due = await world.retry(`${number}-${first}`);
    assert.deepEqual([due.status, due['state']], [200, 'due']);
    assert.equal(await world.stateOf(`${number}-${first}`, 2), 'delivered');
    await world.sender.came(3);
    assert.deepEqual(world.attemptsSent(), ['1', '2', '1']);
    const again = await world.retry(`${number}-${first}`);
    assert.deepEqual([again.status, again['code']], [409, 'delivery_delivered']);
    const { items } = (await world.ask({ url: '/v1/audit?action=retried' })).json();
    assert.deepEqual(
      items.map(({ objectId }: { objectId: string }) => objectId),
      [`${number}-${first}`],
    );
  } finally {
    await world.stop();
  }
});

test('what was given up is parked again with its id and its attempts, and follows its plan', async () => {
  const world = await createRetryWorld();
  try {
    const { number, id } = await world.subscribe({ retry: { maxAttempts: 1, delays: ['1h'] } });
    world.sender.answers.set('receiver.example', 500);
    const seq = await world.send('c1');
    const name = `${number}-${seq}`;
    assert.equal(await world.stateOf(name, 1), 'cancelled');
    await world.patch(id, { enabled: false });
    assert.match(String((await world.retry(name))['detail']), /disabled/);
    await world.patch(id, { enabled: true });
    // The plan has no attempt left: it is given up again after this one.
    assert.equal((await world.retry(name))['state'], 'due');
    assert.equal(await world.stateOf(name, 2), 'cancelled');
    await world.patch(id, { retry: { maxAttempts: 9, delays: ['1h'] } });
    await world.retry(name);
    assert.equal(await world.stateOf(name, 3), 'parked');
    assert.deepEqual(world.attemptsSent(), ['1', '2', '3']);
    const ids = world.sender.requests.map(({ headers }) => headerRecord(headers)['x-offhook-delivery']);
    assert.deepEqual(ids, [name, name, name]);
    // A later event of its call waits behind it.
    const later = await world.send('c1');
    const parked = (await world.ask({ url: `/v1/deliveries/${number}-${later}` })).json();
    assert.deepEqual([parked.state, parked.parked.dueAt], ['parked', null]);
  } finally {
    await world.stop();
  }
});

test('many at once, oldest first: bounded, counted, and with a word on what is left', async () => {
  const world = await createRetryWorld();
  try {
    const { number, id } = await world.subscribe({ retry: { maxAttempts: 1, delays: ['1h'] } });
    await world.send('good');
    world.sender.answers.set('receiver.example', 400);
    const calls = ['c1', 'c1', 'c2', 'c3'];
    for (const call of calls) await world.send(call);
    await world.deps.delivery.recorded();
    world.sender.answers.clear();
    const some = (await world.post('/v1/deliveries/retry', { subscription: String(number), limit: 2 })).json();
    assert.deepEqual([some.retried, some.refused, some.more], [2, 0, true]);
    await world.sender.came(7);
    await world.stateOf(`${number}-${world.deps.log.head()}`, 1);
    let left = (await world.post('/v1/deliveries/retry', { subscription: id })).json();
    assert.deepEqual([left.retried, left.more], [2, false]);
    await world.sender.came(9);
    while (left.retried > 0) {
      left = (await world.post('/v1/deliveries/retry', { subscription: id })).json();
    }
    assert.deepEqual([left.retried, left.refused, left.more], [0, 0, false]);
    assert.equal(world.sender.requests.length, 9);
  } finally {
    await world.stop();
  }
});

test('what can’t be tried again does not stand in the way of what can be', async () => {
  const world = await createRetryWorld();
  try {
    const { number } = await world.subscribe({ retry: { maxAttempts: 1, delays: ['1h'] } });
    world.sender.answers.set('receiver.example', 500);
    const gone = await world.send('c1');
    world.sender.answers.set('receiver.example', 400);
    const kept = await world.send('c2');
    await world.stateOf(`${number}-${kept}`, 1);
    // The last word on the older one is the newest.
    assert.equal((await world.retry(`${number}-${gone}`))['state'], 'due');
    assert.equal(await world.stateOf(`${number}-${gone}`, 2), 'cancelled');
    await world.deps.log.trim({ acceptedBefore: Infinity, limit: gone });
    world.sender.answers.clear();
    const asked = { subscription: String(number), outcome: ['cancelled'], limit: 1 };
    const told = (await world.post('/v1/deliveries/retry', asked)).json();
    assert.deepEqual([told.retried, told.refused, told.reasons, told.more], [1, 1, { gone: 1 }, false]);
    assert.equal(await world.stateOf(`${number}-${kept}`, 2), 'delivered');
  } finally {
    await world.stop();
  }
});
