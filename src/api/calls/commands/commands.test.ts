import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Registry } from 'prom-client';
import { exampleCall } from '../../../../test/support/api-calls.ts';
import { createApiWorld } from '../../../../test/support/api-world.ts';
import type { CallOrder, CommandResult, Destination, PhoneCommands } from '../../../calls/commands.ts';
import type { LiveCall } from '../../../calls/live/live-call.ts';
import { createJudge, createSameness } from '../../../connectors/number-policy.ts';
import type { Leg } from '../../../model/call.ts';
import { problemOf } from './results.ts';

/** A phone system that notes what it is asked, and answers as told. */
class Phones implements PhoneCommands {
  readonly judge = createJudge({ extensions: '^[0-9]{3}$', country: 'US', prefixes: ['+1', '1', '2'] });
  readonly isSame = createSameness('US');
  readonly asked: unknown[] = [];
  result: CommandResult = { kind: 'taken' };
  /** What is known when the phone system is asked. */
  beforeAsked = (): Promise<void> => Promise.resolve();

  async originate(order: CallOrder, named: (callId: string) => Promise<void>): Promise<CommandResult> {
    if (this.result.kind === 'not_connected') return this.result;
    await named(`call-${this.asked.length}`);
    this.asked.push(order);
    await this.beforeAsked();
    return this.result;
  }

  async hangUp(callId: string): Promise<CommandResult> {
    this.asked.push(['hang up', callId]);
    return this.result;
  }

  async transfer(callId: string, by: string, to: Destination): Promise<CommandResult> {
    this.asked.push(['transfer', callId, by, to.number]);
    await this.beforeAsked();
    return this.result;
  }
}

type Field = 'callId' | 'follow' | 'code' | 'field' | 'remedy';

const connector = (id: string, domain: string) => ({
  ...{
    id,
    kind: 'asterisk',
    reseller: 'default',
    domain,
    state: 'up' as const,
    since: 0,
    problem: null,
    notUnderstood: [],
  },
});

async function open(t: TestContext, ids: readonly string[] = ['pbx1']) {
  const phones = new Phones();
  const all = [...ids.map((id) => connector(id, 'acme')), connector('other', 'globex'), connector('silent', 'acme')];
  const commands = (id: string) => (id === 'silent' || !all.some((one) => one.id === id) ? null : phones);
  const world = await createApiWorld({ deps: { connectors: () => all, commands } });
  t.after(() => world.stop());
  await world.post('/v1/domains', { name: 'acme', reseller: 'default' });
  for (const number of ['101', '102', '103']) await world.post('/v1/extensions', { domain: 'acme', number });
  await world.post('/v1/users', { domain: 'acme', name: 'bob', extensions: ['101', '103'] });
  const tokenOf = async (body: object): Promise<Record<string, string>> => {
    const made = await world.post('/v1/tokens', { name: 't', domain: 'acme', ...body });
    return { authorization: `Bearer ${made.json<{ token: string }>().token}` };
  };
  const order = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await world.post('/v1/calls', body, headers);
    const { statusCode: status, headers: answered } = answer;
    return { status, headers: answered, ...answer.json<{ [field in Field]?: unknown }>() };
  };
  return { world, phones, order, tokenOf };
}

const click = { from: '101', to: '+1 215 701 0680', connector: 'pbx1' };
const outside = { kind: 'outside', number: '+12157010680' };

test('an order is answered with the id of its call and how to follow it, and is in the audit without its numbers', async (t) => {
  const { world, phones, order } = await open(t);
  const ids = { requestId: 'r-1', billingCode: 'B7', buttonId: 'contact-page' };
  const answer = await order({ ...click, ...ids, onBehalfOf: '102', first: 'to', ringMs: 5_000 });
  assert.deepEqual([answer.status, answer.callId], [202, 'call-0']);
  const follow = { call: '/v1/calls/call-0', events: '/v1/events?call=call-0', stream: '/v1/stream' };
  assert.deepEqual([answer.follow, answer.headers['location']], [follow, '/v1/calls/call-0']);
  assert.deepEqual(phones.asked, [
    {
      from: { kind: 'extension', number: '101' },
      to: outside,
      first: 'to',
      ringMs: 5_000,
      origin: { source: 'click_to_call', ...ids, onBehalfOf: '102' },
    },
  ]);
  const audit = await world.ask({ url: '/v1/audit?object=call' });
  const [entry] = audit.json<{ items: Record<string, unknown>[] }>().items;
  assert.deepEqual([entry?.['action'], entry?.['objectId'], entry?.['extension']], ['created', 'call-0', '102']);
  assert.ok(!audit.body.includes('7010680'));
});

test('without a button it is no click, and whom it is for is the extension that calls', async (t) => {
  const { phones, order } = await open(t);
  await order({ ...click });
  await order({ from: '+12157010680', to: '101', connector: 'pbx1' });
  await order({ from: '+12157010680', to: '+12157010681', connector: 'pbx1' });
  const origins = phones.asked.map((one) => (one as CallOrder).origin);
  assert.deepEqual(
    origins.map(({ source, onBehalfOf }) => [source, onBehalfOf]),
    [
      ['api', '101'],
      ['api', '101'],
      ['api', null],
    ],
  );
});

test('what is wrong is named: the field, why, and what would be right; nobody is called', async (t) => {
  const { phones, order } = await open(t, ['pbx1', 'pbx2']);
  for (const [change, status, code, field] of [
    [{ to: '+442079460000' }, 403, 'number_not_allowed', 'to'],
    [{ from: '+442079460000' }, 403, 'number_not_allowed', 'from'],
    [{ to: '911' }, 403, 'number_not_allowed', 'to'],
    [{ to: '101' }, 400, 'invalid_field', 'to'],
    [{ to: ' (101) ' }, 400, 'invalid_field', 'to'],
    [{ from: '+12157010680' }, 400, 'invalid_field', 'to'],
    [{ from: '215-701-0680' }, 400, 'invalid_field', 'to'],
    [{ from: '1 215 701 0680' }, 400, 'invalid_field', 'to'],
    [{ to: 'alice' }, 400, 'invalid_field', 'to'],
    [{ to: '101&PJSIP/9' }, 400, 'invalid_field', 'to'],
    [{ to: '101\r\nAction: Logoff' }, 400, 'invalid_field', 'to'],
    [{ requestId: 'a\nb' }, 400, 'invalid_field', 'requestId'],
    [{ billingCode: 'a\u0000b' }, 400, 'invalid_field', 'billingCode'],
    [{ buttonId: 'a\rb' }, 400, 'invalid_field', 'buttonId'],
    [{ onBehalfOf: '+12157010680' }, 400, 'invalid_field', 'onBehalfOf'],
    [{ onBehalfOf: 'x\ny' }, 400, 'invalid_field', 'onBehalfOf'],
    [{ first: 'both' }, 400, 'invalid_field', 'first'],
    [{ ringMs: 10 }, 400, 'invalid_field', 'ringMs'],
    [{ chanel: 'PJSIP/1' }, 400, 'unknown_field', 'chanel'],
    [{ connector: undefined }, 400, 'invalid_field', 'connector'],
    [{ connector: 'nowhere' }, 404, 'connector_not_found', 'connector'],
    [{ connector: 'silent' }, 409, 'commands_off', undefined],
  ] as const) {
    const answer = await order({ ...click, ...change });
    assert.deepEqual([answer.status, answer.code, answer.field], [status, code, field], JSON.stringify(change));
    assert.ok(answer.remedy);
  }
  assert.deepEqual(phones.asked, []);
});

test('a token calls from the phones it covers, for the phones it covers, and at its own phone system', async (t) => {
  const { phones, order, tokenOf } = await open(t);
  const extension = await tokenOf({ kind: 'extension', extension: '101' });
  const user = await tokenOf({ kind: 'user', user: 'bob' });
  const domain = await tokenOf({ kind: 'domain' });
  for (const [token, body, status] of [
    [extension, { from: '101', to: '102' }, 202],
    [extension, { from: '+12157010680', to: '102' }, 202],
    [extension, { from: '102', to: '101' }, 403],
    [extension, { from: '102', to: '+12157010680' }, 403],
    [extension, { from: '101', to: '102', onBehalfOf: '102' }, 403],
    [user, { from: '103', to: '102' }, 202],
    [user, { from: '+12157010680', to: '+12157010681', onBehalfOf: '103' }, 202],
    [user, { from: '+12157010680', to: '+12157010681' }, 400],
    [user, { from: '102', to: '101' }, 403],
    [domain, { from: '102', to: '101' }, 202],
    [domain, { from: '102', to: '101', connector: 'other' }, 404],
  ] as const) {
    const answer = await order(body, token);
    assert.equal(answer.status, status, JSON.stringify([body, answer]));
  }
  const forWhom = phones.asked.map((one) => (one as CallOrder).origin.onBehalfOf);
  assert.deepEqual(forWhom, ['101', '101', '103', '103', '102']);
});

test('what the phone system says is passed on, with the call that tells the rest', async (t) => {
  const { phones, order } = await open(t);
  for (const [result, status, code] of [
    [{ kind: 'refused', problem: 'Permission denied' }, 502, 'phone_system_refused'],
    [{ kind: 'not_connected' }, 503, 'phone_system_down'],
    [{ kind: 'log_full' }, 503, 'log_full'],
    [{ kind: 'too_many', waitMs: 4_200 }, 429, 'too_many_orders'],
    [{ kind: 'cannot', problem: 'it has no channel' }, 409, 'commands_off'],
  ] as const) {
    phones.result = result;
    const answer = await order(click);
    assert.deepEqual([answer.status, answer.code], [status, code]);
    if (status === 503 || status === 429) assert.equal(answer.headers['retry-after'], '5');
    if (status === 502) assert.match(String(answer.callId), /^call-/);
  }
  phones.result = { kind: 'unknown' };
  assert.equal((await order(click)).status, 202, 'its events will tell');
});

test('what the phone system says is one sentence, whether it ends with a full stop or not', () => {
  for (const problem of ['Extension does not exist.', 'Extension does not exist'])
    assert.equal(problemOf({ kind: 'refused', problem })?.detail, 'The phone system said: Extension does not exist.');
});

test('one Idempotency-Key never calls twice, not even where the server dies before it has answered', async (t) => {
  const { world, phones, order } = await open(t);
  const key = { 'idempotency-key': 'k1' };
  const dies = Promise.withResolvers<void>();
  const isAsked = Promise.withResolvers<void>();
  phones.beforeAsked = () => {
    isAsked.resolve();
    return dies.promise;
  };
  const first = order(click, key);
  await isAsked.promise;
  // Another server on the same store, as after a restart.
  const second = await createApiWorld({ deps: { ...world.deps, commands: () => phones, metrics: new Registry() } });
  t.after(() => second.stop());
  const again = await second.post('/v1/calls', click, key);
  assert.deepEqual([again.statusCode, again.json<{ callId: string }>().callId], [202, 'call-0']);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  dies.resolve();
  assert.equal((await first).callId, 'call-0');
  assert.equal((await order(click, key)).callId, 'call-0');
  assert.equal(phones.asked.length, 1);
  assert.equal((await order({ ...click, to: '102' }, key)).code, 'idempotency_key_reused');
});

test('an order that was refused may be given again under its key, and then calls', async (t) => {
  const { phones, order } = await open(t);
  const key = { 'idempotency-key': 'k2' };
  phones.result = { kind: 'refused', problem: 'Permission denied' };
  assert.equal((await order(click, key)).status, 502);
  phones.result = { kind: 'taken' };
  const answer = await order(click, key);
  assert.deepEqual([answer.status, answer.callId], [202, 'call-1']);
});

const legOf = (extension: string | null, more: Partial<Leg> = {}): Leg => {
  const [leg] = exampleCall().legs;
  assert.ok(leg);
  return { ...leg, id: `pbx1:${extension ?? 'line'}`, extension, endedAt: null, ...more };
};

/** 101 talks to somebody outside, and 102 rings along. */
function liveCall(changes: Partial<LiveCall['call']> = {}, legs?: readonly Leg[]): LiveCall {
  const example = exampleCall();
  const call = { ...example.call, id: 'c1', state: 'answered' as const, ...changes };
  const usual = [legOf(null), legOf('101'), legOf('102', { role: 'callee', answeredAt: null })];
  return { ...example, reseller: 'default', domain: 'acme', connector: 'pbx1', call, legs: legs ?? usual };
}

test('a call is ended or sent on by whoever talks in it or began it, and by who stands above them', async (t) => {
  const { world, phones, tokenOf } = await open(t);
  world.calls.push(liveCall());
  const talks = await tokenOf({ kind: 'extension', extension: '101' });
  const rings = await tokenOf({ kind: 'extension', extension: '102' });
  const elsewhere = await tokenOf({ kind: 'extension', extension: '103' });
  const domain = await tokenOf({ kind: 'domain' });
  const ask = async (what: string, token: Record<string, string>, body: object = {}) => {
    const answer = await world.post(`/v1/calls/c1/${what}`, body, token);
    return [answer.statusCode, answer.json<{ code?: string }>().code ?? null];
  };
  for (const token of [talks, domain]) {
    assert.deepEqual(await ask('hangup', token), [202, null]);
    assert.deepEqual(await ask('transfer', token, { to: '103' }), [202, null]);
  }
  for (const token of [rings, elsewhere]) {
    assert.deepEqual(await ask('hangup', token), [403, 'outside_scope']);
    assert.deepEqual(await ask('transfer', token, { to: '103' }), [403, 'outside_scope']);
  }
  assert.deepEqual(phones.asked, [
    ['hang up', 'c1'],
    ['transfer', 'c1', '101', '103'],
    ['hang up', 'c1'],
    ['transfer', 'c1', '101', '103'],
  ]);
  const audit = await world.ask({ url: '/v1/audit?object=call' });
  const done = audit.json<{ items: { action: string; author: { kind: string } }[] }>().items;
  assert.deepEqual(done.map(({ action, author }) => [action, author.kind]).reverse(), [
    ['hung_up', 'extension'],
    ['transferred', 'extension'],
    ['hung_up', 'domain'],
    ['transferred', 'domain'],
  ]);
});

test('whom a call is for may command it, though none of their phones takes part', async (t) => {
  const { world, tokenOf } = await open(t);
  const origin = { ...exampleCall().call.origin, onBehalfOf: '103' };
  world.calls.push(liveCall({ origin }));
  const token = await tokenOf({ kind: 'extension', extension: '103' });
  assert.equal((await world.post('/v1/calls/c1/hangup', {}, token)).statusCode, 202);
  assert.equal((await world.post('/v1/calls/c1/transfer', { to: '102' }, token)).statusCode, 409);
});

test('what can’t be done to a call is said: it is over, nobody talks, two could be meant, the number is not allowed', async (t) => {
  const { world, phones } = await open(t);
  const ask = async (url: string, body: object = {}) => {
    const answer = await world.post(url, body);
    const { code, field } = answer.json<{ code: string; field?: string }>();
    return [answer.statusCode, code, field];
  };
  assert.deepEqual(await ask('/v1/calls/none/hangup'), [404, 'call_not_found', undefined]);
  world.calls.push(
    liveCall({ id: 'over', state: 'ended' }),
    liveCall({ id: 'ringing' }, [legOf(null, { answeredAt: null })]),
  );
  world.calls.push(liveCall({ id: 'two' }, [legOf('101'), legOf('102')]), liveCall());
  world.calls.push({ ...liveCall({ id: 'told' }), connector: 'api:someone' });
  assert.deepEqual(await ask('/v1/calls/over/hangup'), [409, 'call_over', undefined]);
  assert.deepEqual(await ask('/v1/calls/told/hangup'), [409, 'commands_off', undefined]);
  const to = { to: '103' };
  assert.deepEqual(await ask('/v1/calls/ringing/transfer', to), [409, 'call_not_ready', undefined]);
  assert.deepEqual(await ask('/v1/calls/two/transfer', to), [400, 'invalid_field', 'by']);
  assert.deepEqual(await ask('/v1/calls/c1/transfer', { to: '+4420' }), [403, 'number_not_allowed', 'to']);
  assert.deepEqual(await ask('/v1/calls/c1/transfer', { to: 'x\r\ny' }), [400, 'invalid_field', 'to']);
  const attended = { to: '103', kind: 'attended' };
  assert.deepEqual(await ask('/v1/calls/c1/transfer', attended), [400, 'unknown_field', 'kind']);
  phones.result = { kind: 'no_call' };
  assert.deepEqual(await ask('/v1/calls/c1/hangup'), [409, 'call_over', undefined]);
});

test('one Idempotency-Key never sends a call on twice', async (t) => {
  const { world, phones } = await open(t);
  world.calls.push(liveCall());
  const once = () => world.post('/v1/calls/c1/transfer', { to: '103' }, { 'idempotency-key': 'k3' });
  assert.equal((await once()).statusCode, 202);
  assert.equal((await once()).headers['idempotency-replayed'], 'true');
  assert.equal(phones.asked.length, 1);
});
