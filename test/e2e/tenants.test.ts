/** Domains, extensions and users over the API, and what follows from them at once. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.stop());

async function make<T = { id: number }>(url: string, body: object): Promise<T> {
  const answer = await world.post(url, body);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<T>();
}
const get = async <T>(url: string, token?: string) =>
  (await world.ask({ url, ...(token && { headers: { authorization: `Bearer ${token}` } }) })).json<T>();
const problemOf = async (answer: ReturnType<ApiWorld['ask']>) => {
  const { statusCode } = await answer;
  const { code, field } = (await answer).json<{ code: string; field?: string }>();
  return [statusCode, code, field];
};
const remove = (url: string) => world.ask({ method: 'DELETE', url });
const patch = (url: string, payload: object) => world.ask({ method: 'PATCH', url, payload });
const tokenOf = async (body: object) =>
  (await make<{ token: string; id: string }>('/v1/tokens', { name: 'x', ...body })).token;

interface ExtensionFacts {
  readonly id: number;
  readonly type: string;
  readonly users: readonly string[];
  readonly dids: readonly string[];
  readonly extendedNumber: string;
  readonly reseller: string;
}

test('an extension has a stable id, an extended number, and public numbers in E.164', async () => {
  await make('/v1/domains', { name: 'acme', reseller: 'r1', country: 'AT' });
  const body = {
    domain: 'acme',
    number: '210',
    type: 'queue',
    prefix: '0003',
    dids: ['01 2345678', '+1 212 555 0123'],
  };
  const one = await make<ExtensionFacts>('/v1/extensions', body);
  assert.equal(one.extendedNumber, '0003*210');
  assert.equal(one.reseller, 'r1');
  assert.deepEqual(one.dids, ['+4312345678', '+12125550123']);
  await remove(`/v1/extensions/${one.id}`);
  const again = await make<ExtensionFacts>('/v1/extensions', { ...body, prefix: null });
  assert.ok(again.id > one.id, 'an id is never given to another');
  assert.equal(again.extendedNumber, '210');
  assert.deepEqual(await problemOf(world.post('/v1/extensions', body)), [409, 'already_there', 'number']);
  const found = await get<{ items: ExtensionFacts[] }>('/v1/extensions?domain=acme&number=210');
  assert.deepEqual(
    found.items.map(({ id }) => id),
    [again.id],
  );
});

test('users and extensions know each other, whichever is changed', async () => {
  await make('/v1/domains', { name: 'acme' });
  const phone = await make<ExtensionFacts>('/v1/extensions', { domain: 'acme', number: '101' });
  await make('/v1/extensions', { domain: 'acme', number: '102' });
  const bob = await make<{ id: number }>('/v1/users', { domain: 'acme', name: 'bob', extensions: ['101'] });
  const extensionsOfBob = async () => (await get<{ extensions: string[] }>(`/v1/users/${bob.id}`)).extensions;
  const usersOfPhone = async () => (await get<ExtensionFacts>(`/v1/extensions/${phone.id}`)).users;
  assert.deepEqual(await usersOfPhone(), ['bob']);
  await patch(`/v1/users/${bob.id}`, { extensions: ['102'] });
  assert.deepEqual([await usersOfPhone(), await extensionsOfBob()], [[], ['102']]);
  await patch(`/v1/extensions/${phone.id}`, { users: ['bob'], type: 'ivr' });
  await patch(`/v1/extensions/${phone.id}`, { displayName: 'Desk' });
  assert.equal((await get<ExtensionFacts>(`/v1/extensions/${phone.id}`)).type, 'ivr', 'what is left out stays');
  assert.deepEqual((await extensionsOfBob()).toSorted(), ['101', '102']);
  await remove(`/v1/users/${bob.id}`);
  assert.deepEqual(await usersOfPhone(), []);
});

test('bad input is told by its field, and nothing is kept', async () => {
  await make('/v1/domains', { name: 'acme' });
  const phone = await make<ExtensionFacts>('/v1/extensions', { domain: 'acme', number: '101' });
  const cases: [string, object, string][] = [
    ['/v1/domains', {}, 'name'],
    ['/v1/domains', { name: 'a*' }, 'name'],
    ['/v1/domains', { name: '-' }, 'name'],
    ['/v1/domains', { name: 'b', country: 'Austria' }, 'country'],
    ['/v1/domains', { name: 'b', timezone: 'Mars/Olympus' }, 'timezone'],
    ['/v1/domains', { name: 'b', allowNetworks: ['10.0.0.0/8', '10.0.0.0/99'] }, 'allowNetworks[1]'],
    ['/v1/extensions', { number: '1' }, 'domain'],
    ['/v1/extensions', { domain: 'nobodys', number: '1' }, 'domain'],
    ['/v1/extensions', { domain: 'acme', number: '*' }, 'number'],
    ['/v1/extensions', { domain: 'acme', number: '1', prefix: 'x' }, 'prefix'],
    ['/v1/extensions', { domain: 'acme', number: '1', type: 'door' }, 'type'],
    ['/v1/extensions', { domain: 'acme', number: '1', users: ['nobody'] }, 'users[0]'],
    ['/v1/extensions', { domain: 'acme', number: '1', dids: ['x1'] }, 'dids[0]'],
    ['/v1/users', { domain: 'acme', name: '-' }, 'name'],
    ['/v1/users', { domain: 'acme', name: 'bob', extensions: ['101', '999'] }, 'extensions[1]'],
    ['/v1/users', { domain: 'acme', name: 'bob', number: 1 }, 'number'],
  ];
  for (const [url, body, field] of cases) {
    const answer = await world.post(url, body);
    assert.equal(answer.statusCode, 400, answer.body);
    assert.equal(answer.json<{ field: string }>().field, field, answer.body);
  }
  for (const body of [{ number: '9' }, { domain: 'x' }, {}]) {
    assert.equal((await patch(`/v1/extensions/${phone.id}`, body)).statusCode, 400);
  }
  assert.equal((await get<{ items: unknown[] }>('/v1/users')).items.length, 0);
  assert.equal((await get<{ items: unknown[] }>('/v1/domains')).items.length, 1);
});

test('what things hang on is not deleted unless asked, and then they go with it', async () => {
  await make('/v1/domains', { name: 'acme' });
  await make('/v1/domains', { name: 'other' });
  await make('/v1/extensions', { domain: 'acme', number: '101' });
  const bob = await make<{ id: number }>('/v1/users', { domain: 'acme', name: 'bob', extensions: ['101'] });
  const hook = (scope: object) =>
    make<{ id: string }>('/v1/subscriptions', {
      name: 'h',
      dialect: 'cloudevents',
      scope,
      endpoint: { url: 'inbox:h' },
    });
  await hook({ domain: 'acme', user: 'bob' });
  await hook({ domain: 'acme' });
  const other = await hook({ domain: 'other' });
  const bobs = await tokenOf({ kind: 'user', domain: 'acme', user: 'bob' });
  const acmes = await tokenOf({ kind: 'domain', domain: 'acme' });

  assert.deepEqual(await problemOf(remove(`/v1/users/${bob.id}`)), [409, 'still_in_use', 'id']);
  assert.equal((await remove(`/v1/users/${bob.id}?cascade=true`)).statusCode, 204);
  assert.equal((await world.ask({ url: '/v1/events', headers: { authorization: `Bearer ${bobs}` } })).statusCode, 401);
  assert.equal((await get<{ items: unknown[] }>('/v1/subscriptions')).items.length, 2);

  const refused = await remove('/v1/domains/acme');
  assert.equal(refused.statusCode, 409);
  const { extensions, users, tokens, subscriptions } = refused.json<Record<string, number>>();
  assert.deepEqual([extensions, users, tokens, subscriptions], [1, 0, 1, 1]);
  assert.equal((await remove('/v1/domains/acme?cascade=true')).statusCode, 204);
  assert.equal((await world.ask({ url: '/v1/events', headers: { authorization: `Bearer ${acmes}` } })).statusCode, 401);
  const left = await get<{ items: { id: string }[] }>('/v1/subscriptions');
  assert.deepEqual(
    left.items.map(({ id }) => id),
    [other.id],
  );
  assert.equal((await get<{ items: unknown[] }>('/v1/extensions')).items.length, 0);
  assert.equal((await world.ask({ url: '/v1/domains/acme' })).statusCode, 404);
});

test('a user sees, and is told of, what their extensions take part in, as they own them', async () => {
  await make('/v1/domains', { name: 'acme' });
  const phone = await make<ExtensionFacts>('/v1/extensions', { domain: 'acme', number: '101' });
  await make('/v1/users', { domain: 'acme', name: 'bob', extensions: ['101'] });
  const token = await tokenOf({ kind: 'user', domain: 'acme', user: 'bob' });
  const subscription = { name: 'h', dialect: 'cloudevents', events: ['call.*'], endpoint: { url: 'inbox:bob' } };
  const headers = { authorization: `Bearer ${token}` };
  const made = (await world.post('/v1/subscriptions', subscription, headers)).json<{ scope: object }>();
  assert.deepEqual(made.scope, { reseller: 'default', domain: 'acme', user: 'bob', extension: '*' });

  const happen = async (id: string, extensions: readonly string[]) => {
    const event = { id, type: 'call.started', domain: 'acme', extensions, call: { id } };
    const { accepted } = (await world.post('/v1/events', event)).json<{ accepted: { seq: number }[] }>();
    await world.deps.delivery.settledUpTo(accepted[0]?.seq ?? 0);
  };
  await happen('mine', ['100', '101']);
  await happen('others', ['100']);
  const seen = async () =>
    (await get<{ items: { id: string }[] }>('/v1/events?type=call.*', token)).items.map(({ id }) => id);
  const told = () => world.deps.inbox.list('bob').messages.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  assert.deepEqual([await seen(), told()], [['mine'], ['mine']]);

  await patch(`/v1/extensions/${phone.id}`, { users: [] });
  await happen('no-longer', ['101']);
  assert.deepEqual([await seen(), told()], [[], ['mine']]);
});

test('a domain’s record says whose its events are and how its numbers are read; unknown domains are taken', async () => {
  await make('/v1/domains', { name: 'acme', reseller: 'r1', country: 'AT' });
  const send = async (event: object) =>
    world.post('/v1/events', { type: 'call.started', call: { id: 'c', from: { number: '01 2345678' } }, ...event });
  assert.equal((await send({ id: 'e1', domain: 'acme' })).statusCode, 202);
  assert.equal((await send({ id: 'e2', domain: 'nobodys' })).statusCode, 202);
  interface EventFacts {
    readonly reseller: string;
    readonly call: { readonly from: { readonly number: string } };
  }
  const known = await get<EventFacts>('/v1/events/e1');
  assert.deepEqual([known.reseller, known.call.from.number], ['r1', '+4312345678']);
  const unknown = await get<EventFacts>('/v1/events/e2');
  assert.equal(unknown.reseller, 'default');
  assert.deepEqual(await problemOf(send({ domain: 'acme', reseller: 'r2' })), [400, 'invalid_event', 'reseller']);
  assert.deepEqual(await problemOf(send({ domain: '-' })), [400, 'invalid_event', 'domain']);
});

test('ids of one token are not in the way of another’s', async () => {
  const tokens = [await tokenOf({ kind: 'domain', domain: 'acme' }), await tokenOf({ kind: 'domain', domain: 'beta' })];
  for (const [index, token] of tokens.entries()) {
    const headers = { authorization: `Bearer ${token}` };
    const event = { id: 'same', type: 'call.started', call: { id: `c${index}` } };
    assert.equal((await world.post('/v1/events', event, headers)).statusCode, 202);
    const own = await get<{ call: { id: string } }>('/v1/events/same', token);
    assert.equal(own.call.id, `c${index}`);
  }
});

test('an inbox is only its owner’s to share and to read, and is empty for the next', async () => {
  const [acme, beta] = [
    await tokenOf({ kind: 'domain', domain: 'acme' }),
    await tokenOf({ kind: 'domain', domain: 'beta' }),
  ];
  const subscribe = (token: string) =>
    world.post(
      '/v1/subscriptions',
      { name: 'h', dialect: 'cloudevents', endpoint: { url: 'inbox:shared' } },
      { authorization: `Bearer ${token}` },
    );
  const first = (await subscribe(acme)).json<{ id: string }>();
  await world.api.app.inject({ method: 'POST', url: '/inbox/shared', payload: 'for acme' });
  assert.deepEqual(await problemOf(subscribe(beta)), [409, 'already_there', 'endpoint.url']);
  const read = (token: string) => world.ask({ url: '/inbox/shared', headers: { authorization: `Bearer ${token}` } });
  assert.match((await read(acme)).body, /for acme/);
  assert.equal((await read(beta)).statusCode, 404);
  await remove(`/v1/subscriptions/${first.id}`);
  assert.equal((await subscribe(beta)).statusCode, 201);
  assert.equal((await read(acme)).statusCode, 404);
  assert.deepEqual((await read(beta)).json<{ items: unknown[] }>().items, []);
});
