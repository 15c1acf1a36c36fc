/** Logging in with a token for one of an hour: what it opens, when it ends, and what wrong credentials are told. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

const hour = 3_600_000;
let clock: ManualClock;
let world: ApiWorld;
let token: { id: string; token: string };

beforeEach(async () => {
  clock = new ManualClock();
  world = await createApiWorld({ deps: { clock } });
  await world.post('/v1/domains', { name: 'acme' });
  token = await tokenOf();
});
afterEach(() => world.stop());

async function tokenOf(more: object = {}): Promise<{ id: string; token: string }> {
  const answer = await world.post('/v1/tokens', { name: 'crm', kind: 'domain', domain: 'acme', ...more });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
}
const send = (form: Record<string, string> | string, headers: Record<string, string> = {}, from = '192.0.2.1') =>
  world.api.app.inject({
    method: 'POST',
    url: '/oauth/token',
    remoteAddress: from,
    payload: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
const credentials = (of = token, more: Record<string, string> = {}) => ({
  ...{ grant_type: 'client_credentials', client_id: of.id, client_secret: of.token },
  ...more,
});
interface Granted {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
}
const login = async (of = token): Promise<Granted> => {
  const answer = await send(credentials(of));
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<Granted>();
};
const statusOf = async (bearer: string, url = '/v1/subscriptions') =>
  (await world.api.app.inject({ url, headers: { authorization: `Bearer ${bearer}` } })).statusCode;

test('it opens what the token opens, for an hour, and never stands in a cache', async () => {
  const answer = await send(credentials(token, { scope: 'all' }));
  assert.deepEqual(
    { ...answer.json<Granted>(), access_token: '' },
    { access_token: '', token_type: 'Bearer', expires_in: 3_600 },
  );
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { access_token } = answer.json<Granted>();
  assert.ok(!access_token.includes(token.token));
  assert.equal(await statusOf(access_token), 200);
  assert.equal(await statusOf(access_token, '/v1/domains/acme'), 200);
  assert.equal(await statusOf(access_token, '/v1/domains/other'), 404);
  clock.advance(hour - 1_000);
  assert.equal(await statusOf(access_token), 200);
  clock.advance(1_000);
  const late = await world.api.app.inject({ url: '/v1/calls', headers: { authorization: `Bearer ${access_token}` } });
  assert.deepEqual([late.statusCode, late.json<{ code: string }>().code], [401, 'token_expired']);
  const holds = (until: number | null) => world.deps.tenants.accessNow({ id: token.id, grantedUntil: until }) !== null;
  assert.deepEqual(
    [holds(null), holds(clock.now() + 1), holds(clock.now())],
    [true, true, false],
    'so does a stream end',
  );
});

test('it is dead at once when its token is rotated, revoked or expires', async () => {
  const first = await login();
  const rotated = (await world.post(`/v1/tokens/${token.id}/rotate`, { grace: '10m' })).json<{ token: string }>();
  assert.equal(await statusOf(first.access_token), 401, 'rotated, with a grace');
  const inGrace = await login();
  assert.equal(inGrace.expires_in, 600, 'the text before gives no more than it has');
  assert.equal(await statusOf(inGrace.access_token), 200);
  const second = await login({ id: token.id, token: rotated.token });
  clock.advance(600_000);
  assert.equal(await statusOf(inGrace.access_token), 401, 'its grace is over');
  assert.equal(await statusOf(second.access_token), 200);
  const short = await tokenOf({ expiresAt: new Date(clock.now() + 60_000).toISOString() });
  const ofShort = await login(short);
  assert.equal(ofShort.expires_in, 60);
  clock.advance(60_000);
  assert.equal(await statusOf(ofShort.access_token), 401);
  await world.ask({ method: 'DELETE', url: `/v1/tokens/${token.id}` });
  assert.equal(await statusOf(second.access_token), 401, 'revoked');
});

test('nothing that is made with it outlasts it', async () => {
  const { access_token } = await login();
  const headers = { authorization: `Bearer ${access_token}` };
  const forever = await world.post('/v1/tokens', { name: 'x', kind: 'domain' }, headers);
  assert.deepEqual([forever.statusCode, forever.json<{ field: string }>().field], [403, 'expiresAt']);
  const rotated = await world.post(`/v1/tokens/${token.id}/rotate`, {}, headers);
  assert.equal(rotated.statusCode, 403, 'nor does it give who has it the token itself');
});

test('credentials may come in the header or as JSON', async () => {
  const basic = { authorization: `Basic ${Buffer.from(`${token.id}:${token.token}`).toString('base64')}` };
  assert.equal((await send({ grant_type: 'client_credentials' }, basic)).statusCode, 200);
  assert.equal((await send(credentials(), basic)).statusCode, 400, 'not both');
  const json = await send(JSON.stringify(credentials()), { 'content-type': 'application/json' });
  assert.equal(json.statusCode, 200, json.body);
  const other = await world.api.app.inject({ url: '/oauth/token' });
  assert.equal(other.statusCode, 405);
});

test('wrong credentials are told the same, whatever is wrong with them, and nothing of what is right', async () => {
  const wrong = [
    credentials({ id: token.id, token: `${token.token.slice(0, -1)}x` }),
    credentials({ id: 'f'.repeat(16), token: token.token }),
    credentials({ id: token.id, token: 'the-token-of-the-administrator' }),
    credentials({ id: token.id, token: '' }),
    credentials({ id: '', token: token.token }),
    credentials({ id: token.id, token: (await login()).access_token }),
    { grant_type: 'client_credentials' },
  ];
  const answers = await Promise.all(wrong.map((form, index) => send(form, {}, `192.0.2.${index + 10}`)));
  for (const answer of answers) {
    assert.equal(answer.statusCode, 401, answer.body);
    assert.equal(answer.body, answers[0]?.body);
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="offhook"');
    assert.equal(answer.json<{ error: string }>().error, 'invalid_client');
    assert.ok(!answer.body.includes(token.token.slice(4)));
  }
});

test('requests that are none are told so as RFC 6749 has it', async () => {
  const errors: [Record<string, string> | string, number, string][] = [
    ['', 400, 'invalid_request'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['grant_type=client_credentials&client_id=a&client_id=b&client_secret=c', 400, 'invalid_request'],
    [{ grant_type: 'client_credentials', client_id: 'x'.repeat(2_000) }, 400, 'invalid_request'],
    ['%', 400, 'invalid_request'],
    ['a=1'.repeat(10_000), 413, 'invalid_request'],
  ];
  for (const [form, status, error] of errors) {
    const answer = await send(form);
    assert.deepEqual(
      [answer.statusCode, answer.json<{ error: string }>().error],
      [status, error],
      JSON.stringify(form).slice(0, 80),
    );
    assert.ok(answer.json<{ error_description: string }>().error_description.length > 10);
  }
  const json = await send('{"grant_type":["client_credentials"]}', { 'content-type': 'application/json' });
  assert.equal(json.json<{ error: string }>().error, 'invalid_request');
});

test('ten wrong ones for a token from an address are enough for a minute; others log in', async () => {
  const bad = credentials({ id: token.id, token: 'wrong' });
  for (let tries = 0; tries < 10; tries++) assert.equal((await send(bad)).statusCode, 401);
  const refused = await send(credentials());
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.json<{ error: string }>().error, 'rate_limit_exceeded');
  assert.equal(refused.headers['retry-after'], '60');
  assert.equal((await send(credentials(), {}, '192.0.2.2')).statusCode, 200);
  assert.equal((await send(credentials(await tokenOf()))).statusCode, 200, 'another token, from the same address');
  const odd = 'x'.repeat(1_000);
  for (let tries = 0; tries < 10; tries++) await send(credentials({ id: odd + tries, token: 'wrong' }));
  assert.equal(
    (await send(credentials({ id: 'none', token: 'wrong' }))).statusCode,
    429,
    'what is no id counts as one',
  );
  clock.advance(60_000);
  assert.equal((await send(credentials())).statusCode, 200);
});
