/** Tokens over the API: made within one's scope, shown once, expiring, rotated, revoked. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { hashToken } from '../../src/tenants/token-text.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  world = await createApiWorld({ deps: { clock } });
});
afterEach(() => world.stop());

interface Made {
  readonly id: string;
  readonly token: string;
  readonly previousValidUntil: string | null;
}

const dayMs = 86_400_000;
const after = (ms: number): string => new Date(clock.now() + ms).toISOString();

async function make(body: object, token?: string): Promise<Made> {
  const answer = await post('/v1/tokens', body, token);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<Made>();
}

const post = (url: string, body: object, token?: string, headers: Record<string, string> = {}) =>
  world.post(url, body, { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) });
const statusWith = async (token: string, url = '/v1/events') =>
  (await world.ask({ url, headers: { authorization: `Bearer ${token}` } })).statusCode;
const codeOf = async (answer: ReturnType<typeof post>) => (await answer).json<{ code: string; field?: string }>();

test('a token is shown when it is made and never again, and only its hash is kept', async () => {
  const made = await make({ name: 'crm', kind: 'domain', domain: 'acme' });
  assert.match(made.token, new RegExp(`^oh_${made.id}_[0-9a-f]{64}$`));
  assert.equal(await statusWith(made.token), 200);
  const secret = made.token.split('_')[2] as string;
  for (const url of ['/v1/tokens', `/v1/tokens/${made.id}`, '/v1/audit', '/v1/events?type=audit.recorded']) {
    const { body } = await world.ask({ url });
    assert.ok(!body.includes(secret) && !body.includes(hashToken(made.token)), url);
  }
});

test('a request repeated under its key gets the answer without the token', async () => {
  const body = { name: 'crm', kind: 'domain', domain: 'acme' };
  const key = { 'idempotency-key': 'k1' };
  const first = await post('/v1/tokens', body, undefined, key);
  const again = await post('/v1/tokens', body, undefined, key);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.equal(again.statusCode, 201);
  assert.deepEqual(again.json(), { ...first.json<object>(), token: null });
  assert.equal((await world.ask({ url: '/v1/tokens' })).json<{ items: unknown[] }>().items.length, 1);
});

test('what is nobody’s token opens nothing, however near it is to one', async () => {
  const { token, id } = await make({ name: 'crm', kind: 'domain', domain: 'acme' });
  const flipped = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
  const wrong = [flipped, `oh_${id}_`, `${token}0`, token.toUpperCase(), `oh_${'0'.repeat(16)}_${'0'.repeat(64)}`, id];
  for (const text of wrong) assert.equal(await statusWith(text), 401, text);
});

test('a token ends when it says, and the answer tells so to who has it', async () => {
  const { token } = await make({ name: 'short', kind: 'domain', domain: 'acme', expiresAt: after(dayMs) });
  clock.advance(dayMs - 1);
  assert.equal(await statusWith(token), 200);
  clock.advance(1);
  const answer = await world.ask({ url: '/v1/events', headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.statusCode, 401);
  assert.equal(answer.json<{ code: string }>().code, 'token_expired');
  const refused = await codeOf(post('/v1/tokens', { name: 'x', kind: 'superuser', expiresAt: after(-1) }));
  assert.equal(refused.field, 'expiresAt');
});

test('rotation keeps the text before for its grace, a second one ends that', async () => {
  const first = await make({ name: 'crm', kind: 'domain', domain: 'acme' });
  const second = (await post(`/v1/tokens/${first.id}/rotate`, { grace: '1h' })).json<Made>();
  assert.equal(second.id, first.id);
  assert.equal(second.previousValidUntil, after(3_600_000));
  clock.advance(3_600_000 - 1);
  assert.deepEqual([await statusWith(first.token), await statusWith(second.token)], [200, 200]);
  clock.advance(1);
  assert.deepEqual([await statusWith(first.token), await statusWith(second.token)], [401, 200]);
  const third = (await post(`/v1/tokens/${first.id}/rotate`, {})).json<Made>();
  const fourth = (await post(`/v1/tokens/${first.id}/rotate`, { grace: '0s' })).json<Made>();
  const statuses = await Promise.all([first, second, third, fourth].map(({ token }) => statusWith(token)));
  assert.deepEqual(statuses, [401, 401, 401, 200]);
  for (const grace of ['31d', 'soon', '']) {
    assert.equal((await codeOf(post(`/v1/tokens/${first.id}/rotate`, { grace }))).field, 'grace');
  }
});

test('a revoked token opens nothing from then on', async () => {
  const { id, token } = await make({ name: 'crm', kind: 'domain', domain: 'acme' });
  assert.equal((await world.ask({ method: 'DELETE', url: `/v1/tokens/${id}` })).statusCode, 204);
  assert.equal(await statusWith(token), 401);
  assert.equal((await world.ask({ url: `/v1/tokens/${id}` })).statusCode, 404);
});

test('nobody makes more than they have: no higher kind, no wider scope, no later end', async () => {
  await world.post('/v1/domains', { name: 'acme', reseller: 'r1' });
  await world.post('/v1/domains', { name: 'globex', reseller: 'r2' });
  const reseller = await make({ name: 'r1', kind: 'reseller', reseller: 'r1', expiresAt: after(dayMs) });
  const until = { name: 'x', expiresAt: after(dayMs) };
  const domain = await make({ ...until, kind: 'domain', domain: 'acme' }, reseller.token);
  const user = await make({ ...until, kind: 'user', user: 'bob' }, domain.token);
  await make({ ...until, kind: 'user' }, user.token);
  await make({ ...until, kind: 'extension', extension: '101' }, domain.token);
  const cases: [string, object][] = [
    [reseller.token, { ...until, kind: 'superuser' }],
    [reseller.token, { ...until, kind: 'reseller', reseller: 'r2' }],
    [reseller.token, { ...until, kind: 'domain', domain: 'globex' }],
    [reseller.token, { ...until, kind: 'domain', domain: 'nobodys' }],
    [reseller.token, { ...until, kind: 'domain', domain: 'acme', reseller: 'r2' }],
    [reseller.token, { name: 'x', kind: 'domain', domain: 'acme' }],
    [reseller.token, { name: 'x', kind: 'domain', domain: 'acme', expiresAt: after(2 * dayMs) }],
    [domain.token, { ...until, kind: 'reseller' }],
    [domain.token, { ...until, kind: 'domain', domain: 'globex' }],
    [user.token, { ...until, kind: 'domain' }],
    [user.token, { ...until, kind: 'user', user: 'carol' }],
    [user.token, { ...until, kind: 'extension', extension: '101' }],
  ];
  for (const [token, body] of cases) {
    const answer = await post('/v1/tokens', body, token);
    assert.equal(answer.statusCode, 403, `${JSON.stringify(body)}: ${answer.body}`);
    assert.equal(answer.json<{ code: string }>().code, 'outside_scope');
  }
  const lasting = await make({ name: 'lasting', kind: 'domain', domain: 'acme' });
  for (const [url, body] of [
    [`/v1/tokens/${lasting.id}/rotate`, {}],
    [`/v1/tokens/${domain.id}/rotate`, {}],
  ] as const) {
    const status = (await post(url, body, domain.token)).statusCode;
    assert.equal(status, url.includes(lasting.id) ? 403 : 200);
  }
});

test('a body that is not right is told by its field', async () => {
  const cases: [string, object][] = [
    ['kind', { name: 'x', kind: 'king' }],
    ['name', { kind: 'superuser' }],
    ['name', { name: 'two\nlines', kind: 'superuser' }],
    ['domain', { name: 'x', kind: 'domain' }],
    ['domain', { name: 'x', kind: 'domain', domain: '*' }],
    ['domain', { name: 'x', kind: 'domain', domain: '-' }],
    ['user', { name: 'x', kind: 'user', domain: 'acme' }],
    ['user', { name: 'x', kind: 'domain', domain: 'acme', user: 'bob' }],
    ['extension', { name: 'x', kind: 'extension', domain: 'acme' }],
    ['reseller', { name: 'x', kind: 'reseller' }],
    ['hash', { name: 'x', kind: 'superuser', hash: 'x' }],
  ];
  for (const [field, body] of cases) {
    const answer = await post('/v1/tokens', body);
    assert.equal(answer.statusCode, 400, answer.body);
    assert.equal(answer.json<{ field: string }>().field, field, JSON.stringify(body));
  }
});

test('last use is known at once and written once a minute, not with every request', async () => {
  const { id, token } = await make({ name: 'crm', kind: 'domain', domain: 'acme' });
  const lastUsed = async () => (await world.ask({ url: `/v1/tokens/${id}` })).json<{ lastUsedAt: string }>().lastUsedAt;
  assert.equal(await lastUsed(), null);
  for (let times = 0; times < 5; times++) await statusWith(token);
  assert.equal(await lastUsed(), after(0));
  const stored = async () => (await world.records.tokens.load())[0]?.lastUsedAt;
  assert.equal(await stored(), null);
  await world.deps.tenants.stop();
  assert.equal(await stored(), clock.now());
});
