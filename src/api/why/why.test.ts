import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminToken, createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import { everything } from '../../model/scope.ts';
import type { WhyView } from './view.ts';

interface Answer {
  readonly event: { readonly seq: number };
  readonly others: readonly { readonly seq: number; readonly connector: string }[];
  readonly items: readonly WhyView[];
  readonly left: number;
}

async function createWhyWorld() {
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender });
  const made = async (host: string, more: object = {}) => {
    const body = { name: host, dialect: 'cloudevents', endpoint: { url: `https://${host}/hook` }, ...more };
    const answer = await world.post('/v1/subscriptions', body);
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json<{ id: string; number: number }>();
  };
  const send = async (event: object, headers: Record<string, string> = {}): Promise<{ id: string; seq: number }> => {
    const answer = await world.post('/v1/events', { type: 'call.started', call: { id: 'c1' }, ...event }, headers);
    assert.equal(answer.statusCode, 202, answer.body);
    return answer.json<{ accepted: { id: string; seq: number }[] }>().accepted[0] as { id: string; seq: number };
  };
  const ask = async (path: string, token?: string): Promise<Answer> => {
    const answer = await world.ask({
      url: `/v1/events/${path}`,
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
    });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<Answer>();
  };
  const why = async (event: string, subscription: number | string): Promise<WhyView> => {
    const [first] = (await ask(`${event}/why?subscription=${subscription}`)).items;
    return first as WhyView;
  };
  const deliveryWhy = (id: string) => world.ask({ url: `/v1/deliveries/${id}/why` });
  return { ...world, sender, made, send, ask, why, deliveryWhy };
}

test('delivered, and each way of not being wanted', async () => {
  const world = await createWhyWorld();
  try {
    const early = await world.send({});
    const good = await world.made('good.example');
    const filtered = await world.made('filtered.example', { filter: 'extension == "999"' });
    const wrong = await world.made('wrong.example', { filter: 'data.bogus == 1' });
    const types = await world.made('types.example', { events: ['agent.state_changed'] });
    const off = await world.made('off.example', { enabled: false });
    const elsewhere = await world.made('elsewhere.example', { scope: { domain: 'default', extension: '7' } });
    const { id, seq } = await world.send({ extension: '101', data: {} });
    await world.deps.delivery.settledUpTo(seq);
    const got = await world.why(id, good.id);
    assert.deepEqual(
      [got.answer, got.status, got.attempts, got.delivery],
      ['delivered', 200, 1, `${good.number}-${seq}`],
    );
    const told = async (number: number) => {
      const { answer, level, filter, detail } = await world.why(id, number);
      return [answer, level ?? filter ?? detail];
    };
    assert.deepEqual(await told(filtered.number), ['filtered', 'extension == "999"']);
    assert.deepEqual(await told(wrong.number), ['filter_error', 'data.bogus == 1']);
    assert.deepEqual(await told(types.number), ['event_type', null]);
    assert.deepEqual(await told(off.number), ['disabled', null]);
    assert.deepEqual(await told(elsewhere.number), ['out_of_scope', 'extension']);
    assert.equal((await world.why(early.id, good.number)).answer, 'before_subscription');
    // The version in force at the event decides, not the newest.
    await world.api.app.inject({
      method: 'PATCH',
      url: `/v1/subscriptions/${off.id}`,
      payload: { enabled: true },
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    });
    const disabled = await world.why(id, off.number);
    assert.deepEqual([disabled.answer, disabled.version?.to], ['disabled', seq]);
  } finally {
    await world.stop();
  }
});

test('under way, parked until a time, and behind another of its call', async () => {
  const world = await createWhyWorld();
  try {
    const { number } = await world.made('bad.example', { retry: { delays: ['1h'] } });
    world.sender.answers.set('bad.example', 'held');
    const first = await world.send({});
    const second = await world.send({});
    await world.sender.came(1);
    assert.equal((await world.why(first.id, number)).answer, 'under_way');
    const waits = await world.why(second.id, number);
    assert.deepEqual([waits.answer, waits.behind], ['waiting', `${number}-${first.seq}`]);
    world.sender.release(503);
    const parked = await world.why(first.id, number);
    assert.deepEqual([parked.answer, parked.attempts, parked.maxAttempts], ['parked', 1, 2]);
    assert.equal(parked.detail, 'http_503: said 503');
    assert.ok(Date.parse(parked.dueAt ?? '') > world.deps.clock.now() + 3_000_000);
    const behind = await world.why(second.id, number);
    assert.deepEqual([behind.answer, behind.behind], ['parked_behind', `${number}-${first.seq}`]);
  } finally {
    await world.stop();
  }
});

test('cancelled when the subscription is disabled, and told so after it was deleted', async () => {
  const world = await createWhyWorld();
  try {
    const { number, id } = await world.made('bad.example', { retry: { delays: ['1h'] } });
    world.sender.answers.set('bad.example', 500);
    const event = await world.send({});
    await world.deps.delivery.settledUpTo(event.seq);
    assert.equal((await world.why(event.id, number)).answer, 'parked');
    await world.api.app.inject({
      method: 'DELETE',
      url: `/v1/subscriptions/${id}`,
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const told = await world.why(event.id, number);
    assert.deepEqual([told.answer, told.reason, told.attempts], ['cancelled', 'subscription_deleted', 1]);
    const later = await world.send({ call: { id: 'c2' } });
    assert.equal((await world.why(later.id, number)).answer, 'deleted');
    const { audit } = world.deps;
    const { list } = audit;
    const sparse: typeof list = (query) =>
      query.before === undefined ? Promise.resolve({ entries: [], next: Number.MAX_SAFE_INTEGER }) : list(query);
    Object.assign(audit, { list: sparse });
    const found = await world.why(later.id, number);
    assert.equal(found.answer, 'deleted', 'a page of the audit without entries is not its end');
    const never = await world.api.app.inject({
      url: `/v1/events/${later.id}/why?subscription=999`,
      headers: { authorization: `Bearer ${adminToken}` },
    });
    assert.equal(never.json<{ code: string }>().code, 'subscription_not_found');
  } finally {
    await world.stop();
  }
});

test('the audit is not looked through without end for a subscription that nobody sees', {
  timeout: 10_000,
}, async () => {
  const world = await createWhyWorld();
  try {
    const event = await world.send({});
    let pages = 0;
    const list = () => {
      // So that where it does not stop, the test ends.
      if (++pages > 1_000) throw new Error('it goes on and on');
      return Promise.resolve({ entries: [], next: 1_000_000 - pages });
    };
    Object.assign(world.deps.audit, { list });
    const answer = await world.api.app.inject({
      url: `/v1/events/${event.id}/why?subscription=999`,
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const { code, detail } = answer.json<{ code: string; detail: string }>();
    assert.deepEqual([answer.statusCode, code], [404, 'subscription_not_found'], answer.body);
    assert.match(detail, /newest part of the audit/);
  } finally {
    await world.stop();
  }
});

test('all subscriptions, those of the event’s domain first; several events with one id', async () => {
  const world = await createWhyWorld();
  try {
    const other = await world.made('other.example', { scope: { domain: 'other' } });
    const all = await world.made('all.example', { scope: { domain: '*' } });
    const own = await world.made('own.example', { scope: { domain: 'default' } });
    const first = await world.send({ id: 'same' });
    const token = (await world.post('/v1/tokens', { name: 't', kind: 'superuser' })).json<{ token: string }>().token;
    const second = await world.send({ id: 'same', call: { id: 'c9' } }, { authorization: `Bearer ${token}` });
    const { event, others, items, left } = await world.ask('same/why');
    assert.equal(event.seq, second.seq);
    assert.deepEqual(
      others.map(({ seq }) => seq),
      [first.seq],
    );
    const numbers = [own.number, all.number, other.number];
    assert.deepEqual(
      items.map(({ subscription }) => subscription),
      numbers,
    );
    assert.deepEqual([items[2]?.answer, items[2]?.level, left], ['out_of_scope', 'domain', 0]);
    const bounded = await world.ask(`same/why?limit=1&seq=${first.seq}`);
    assert.deepEqual([bounded.event.seq, bounded.items.length, bounded.left], [first.seq, 1, 2]);
  } finally {
    await world.stop();
  }
});

test('of one delivery: live, of a replay, and when retention has taken the event', async () => {
  const world = await createWhyWorld();
  const of = async (id: string) => {
    const answer = await world.deliveryWhy(id);
    return answer.statusCode === 200 ? answer.json<WhyView>() : answer.statusCode;
  };
  const answerOf = async (id: string) => {
    const told = await of(id);
    return typeof told === 'number' ? told : [told.answer, told.reason, told.delivery];
  };
  try {
    const good = await world.made('good.example', { events: ['call.started'] });
    const other = await world.made('other.example');
    const first = await world.send({});
    const { seq } = await world.send({ type: 'call.ended' });
    await world.deps.delivery.settledUpTo(seq);
    const live = `${good.number}-${first.seq}`;
    assert.deepEqual(await answerOf(live), ['delivered', null, live]);
    const range = { fromSeq: first.seq, toSeq: seq };
    const started = await world.post(`/v1/subscriptions/${good.id}/replay`, range);
    const { number } = started.json<{ number: number }>();
    while (world.deps.delivery.replays.get(everything, number)?.mark.state !== 'done') {
      await world.deps.delivery.recorded();
      await new Promise(setImmediate);
    }
    const replayed = `${live}-r${number}`;
    assert.deepEqual(await answerOf(replayed), ['delivered', null, replayed]);
    const of2 = (subscription: number, at: number) => answerOf(`${subscription}-${at}-r${number}`);
    assert.equal(((await of2(good.number, seq)) as string[])[0], 'event_type');
    assert.deepEqual(((await of2(other.number, first.seq)) as string[]).slice(0, 2), [
      'not_in_replay',
      'other_subscription',
    ]);
    const later = await world.send({});
    assert.deepEqual(((await of2(good.number, later.seq)) as string[]).slice(0, 2), ['not_in_replay', 'outside_range']);
    assert.equal(await answerOf(`${live}-r999`), 404);
    assert.equal(await answerOf(`${good.number}-9999`), 404);
    await world.deps.delivery.settledUpTo(later.seq);
    await world.deps.log.trim({ acceptedBefore: Infinity, limit: 100 });
    assert.deepEqual(await answerOf(live), ['delivered', null, live]);
    assert.deepEqual(((await answerOf(`${good.number}-${seq}`)) as string[]).slice(0, 2), ['unknown', 'event_gone']);
  } finally {
    await world.stop();
  }
});

test('cancelled, left out or not wanted then, and delivered by a replay since: that is told, with which and when', async () => {
  const world = await createWhyWorld();
  const replay = async (id: string, fromSeq: number, toSeq: number): Promise<number> => {
    const started = await world.post(`/v1/subscriptions/${id}/replay`, { fromSeq, toSeq });
    assert.equal(started.statusCode, 202, started.body);
    const { number } = started.json<{ number: number }>();
    while (world.deps.delivery.replays.get(everything, number)?.mark.state !== 'done') {
      await world.deps.delivery.recorded();
      await new Promise(setImmediate);
    }
    return number;
  };
  try {
    const early = await world.send({});
    const { id, number } = await world.made('crm.example', { retry: { maxAttempts: 1, delays: ['1s'] } });
    const other = await world.made('other.example', { retry: { maxAttempts: 1, delays: ['1s'] } });
    for (const host of ['crm.example', 'other.example']) world.sender.answers.set(host, 500);
    const event = await world.send({ call: { id: 'c2' } });
    await world.deps.delivery.settledUpTo(event.seq);
    const before = await world.why(event.id, number);
    assert.deepEqual([before.answer, before.replayed, before.remedy === null], ['cancelled', null, false]);
    await replay(id, early.seq, event.seq);
    assert.equal((await world.why(event.id, number)).replayed, null, 'one that failed too made up for nothing');
    world.sender.answers.clear();
    const second = await replay(id, early.seq, event.seq);
    const told = await world.why(event.id, number);
    const delivery = `${number}-${event.seq}-r${second}`;
    const { replayed, at } = told;
    assert.deepEqual([told.answer, told.status, told.remedy], ['cancelled', 500, null]);
    assert.deepEqual([replayed?.replay, replayed?.delivery, replayed?.status], [second, delivery, 200]);
    assert.ok(Date.parse(replayed?.at ?? '') >= Date.parse(at ?? ''));
    assert.ok(told.words.startsWith('Cancelled at '), told.words);
    assert.ok(told.words.endsWith(`Replay ${second} delivered it at ${replayed?.at} with 200 (${delivery}).`));
    const third = await replay(id, early.seq, event.seq);
    assert.equal((await world.why(event.id, number)).replayed?.replay, third, 'the last one');
    const made = await world.why(early.id, number);
    assert.deepEqual([made.answer, made.replayed?.replay], ['before_subscription', third]);
    assert.equal((await world.why(event.id, other.number)).replayed, null);
    const ofDelivery = (await world.deliveryWhy(`${number}-${event.seq}`)).json<WhyView>();
    assert.equal(ofDelivery.replayed?.replay, third);
    assert.equal((await world.deliveryWhy(delivery)).json<WhyView>().replayed, null);
    await world.deps.log.trim({ acceptedBefore: Infinity, limit: 100 });
    assert.equal((await world.deliveryWhy(`${number}-${event.seq}`)).json<WhyView>().replayed?.replay, third);
  } finally {
    await world.stop();
  }
});

test('of somebody else’s event nothing is told, not by the name of an own subscription or replay either', async () => {
  const world = await createWhyWorld();
  try {
    const { token } = (await world.post('/v1/tokens', { name: 't', kind: 'domain', domain: 'a' })).json();
    const asked = async (id: string) => {
      const answer = await world.api.app.inject({
        url: `/v1/deliveries/${id}/why`,
        headers: { authorization: `Bearer ${String(token)}` },
      });
      const { answer: told, code } = answer.json<{ answer?: string; code?: string }>();
      return told ?? code;
    };
    const { number, id } = await world.made('a.example', {
      scope: { reseller: 'default', domain: 'a' },
      events: ['call.started'],
    });
    const own = await world.send({ domain: 'a' });
    const ended = await world.send({ domain: 'a', type: 'call.ended' });
    const foreign = await world.send({ domain: 'b' });
    const foreignEnd = await world.send({ domain: 'b', type: 'call.ended' });
    await world.deps.delivery.settledUpTo(foreignEnd.seq);
    assert.equal(await asked(`${number}-${own.seq}`), 'delivered');
    assert.equal(await asked(`${number}-${ended.seq}`), 'event_type');
    for (const { seq } of [foreign, foreignEnd]) assert.equal(await asked(`${number}-${seq}`), 'delivery_not_found');
    const range = { fromSeq: own.seq, toSeq: foreignEnd.seq };
    const started = await world.post(`/v1/subscriptions/${id}/replay`, range);
    const replay = started.json<{ number: number }>().number;
    while (world.deps.delivery.replays.get(everything, replay)?.mark.state !== 'done') {
      await world.deps.delivery.recorded();
      await new Promise(setImmediate);
    }
    assert.equal(await asked(`${number}-${own.seq}-r${replay}`), 'delivered');
    for (const { seq } of [foreign, foreignEnd])
      assert.equal(await asked(`${number}-${seq}-r${replay}`), 'delivery_not_found');
  } finally {
    await world.stop();
  }
});
