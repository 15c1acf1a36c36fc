/** How many vendor events an extension may have: kept to by subscriptions, set by administrators, shown with the extension. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
  await make('/v1/domains', { name: 'acme', reseller: 'r1' });
});
afterEach(() => world.stop());

interface Extension {
  readonly id: number;
  readonly eventLimit: number | null;
  readonly events: number;
}
type Body = Readonly<Record<string, unknown>>;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
async function make<T = { id: string }>(url: string, body: Body, token?: string): Promise<T> {
  const answer = await world.post(url, body, token ? bearer(token) : {});
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<T>();
}
const patch = async (url: string, payload: Body, token?: string) => {
  const answer = await world.ask({ method: 'PATCH', url, payload, ...(token && { headers: bearer(token) }) });
  const { code, field, detail } = answer.json<{ code?: string; field?: string; detail?: string }>();
  return { status: answer.statusCode, code, field, detail };
};
const tokenOf = async (kind: string, of: Body) =>
  (await make<{ token: string }>('/v1/tokens', { name: kind, kind, ...of })).token;
const limitOfDomain = (eventLimit: number | null) => patch('/v1/domains/acme', { eventLimit });
const extension = (number: string, more: Body = {}) =>
  make<Extension>('/v1/extensions', { domain: 'acme', number, ...more });
const shown = async (id: number): Promise<readonly [number | null, number]> => {
  const { eventLimit, events } = (await world.ask({ url: `/v1/extensions/${id}` })).json<Extension>();
  return [eventLimit, events];
};

const eventOf = (number: string, more: Body = {}): Body => ({
  name: `pop-up of ${number}`,
  dialect: 'voipnow',
  scope: { domain: 'acme', extension: number },
  endpoint: { url: 'https://crm.example/hook' },
  ...more,
});
const subscribe = (number: string, more: Body = {}) => make('/v1/subscriptions', eventOf(number, more));
async function refused(answer: ReturnType<ApiWorld['ask']>): Promise<Body> {
  const { statusCode, body } = await answer;
  assert.equal(statusCode, 409, body);
  const problem = JSON.parse(body) as Body;
  assert.equal(problem['code'], 'event_limit_reached');
  assert.equal(problem['field'], 'scope.extension');
  return problem;
}

test('the seventeenth event of an extension is refused, and told why; one that is removed makes room', async () => {
  const made: { readonly id: string }[] = [];
  for (let index = 0; index < 16; index++) {
    const dialect = index % 2 ? 'voipnow' : 'ringme';
    made.push(await subscribe('210', { dialect, enabled: index !== 3, options: { event: 'answer' } }));
  }
  const {
    detail,
    remedy,
    events,
    limit,
    extension: named,
  } = await refused(world.post('/v1/subscriptions', eventOf('210')));
  assert.equal(detail, 'scope.extension: extension 210 of acme has 16 events, and may have 16.');
  assert.match(String(remedy), /Remove .*not used any more, or ask the administrator to raise/);
  assert.deepEqual([named, events, limit], ['210', 16, 16]);
  // Others are not concerned.
  await subscribe('211');
  await subscribe('210', { dialect: 'cloudevents' });
  await make('/v1/subscriptions', eventOf('210', { scope: { domain: 'acme' } }));
  await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${made[3]?.id}` });
  await subscribe('210');
  await refused(world.post('/v1/subscriptions', eventOf('210')));
});

test('an edit that brings one too many is refused, and leaves the subscription as it was; others are made', async () => {
  await limitOfDomain(1);
  const { id } = await subscribe('210');
  const other = await subscribe('211');
  const free = await subscribe('210', { dialect: 'cloudevents' });
  const change = (of: string, payload: Body, method: 'PATCH' | 'PUT' = 'PATCH') =>
    world.ask({ method, url: `/v1/subscriptions/${of}`, payload });
  await refused(change(other.id, { scope: { extension: '210' } }));
  await refused(change(other.id, eventOf('210'), 'PUT'));
  await refused(change(free.id, { dialect: 'ringme' }));
  for (const [of, scope, dialect] of [
    [other.id, '211', 'voipnow'],
    [free.id, '210', 'cloudevents'],
  ] as const) {
    const now = (await world.ask({ url: `/v1/subscriptions/${of}` })).json();
    assert.deepEqual([now.scope.extension, now.dialect], [scope, dialect]);
  }
  const fine = [{ notes: 'changed' }, { dialect: 'ringme' }, { scope: { reseller: 'r1' } }, { enabled: false }];
  for (const payload of fine) assert.equal((await change(id, payload)).statusCode, 200);
  assert.equal((await change(id, { scope: { extension: '212' } })).statusCode, 200);
  assert.equal((await change(other.id, { scope: { extension: '210' } })).statusCode, 200, 'there is room now');
});

test('the limit is that of the extension, else that of its domain, else 16; what is there stays under a lower one', async () => {
  const { id } = await extension('210', { eventLimit: 1 });
  const first = await subscribe('210');
  assert.deepEqual(await shown(id), [1, 1]);
  await refused(world.post('/v1/subscriptions', eventOf('210')));
  await patch(`/v1/extensions/${id}`, { eventLimit: null });
  await subscribe('210');
  await limitOfDomain(3);
  await subscribe('210');
  await refused(world.post('/v1/subscriptions', eventOf('210')));
  await patch(`/v1/extensions/${id}`, { eventLimit: 0 });
  assert.deepEqual(await shown(id), [0, 3]);
  assert.equal((await patch(`/v1/subscriptions/${first.id}`, { notes: 'still mine to change' })).status, 200);
  await limitOfDomain(0);
  await refused(world.post('/v1/subscriptions', eventOf('999')));
  await limitOfDomain(null);
  await subscribe('999');
  for (const eventLimit of [-1, 10_001, 1.5, '3']) {
    const { status, code, field } = await patch(`/v1/extensions/${id}`, { eventLimit });
    assert.deepEqual([status, code, field], [400, 'invalid_field', 'eventLimit'], String(eventLimit));
  }
});

test('a domain neither raises a limit of its own nor gets round one; its reseller may raise it', async () => {
  const low = await extension('210', { eventLimit: 2 });
  const high = await extension('211', { eventLimit: 20 });
  const [domain, reseller] = [
    await tokenOf('domain', { domain: 'acme' }),
    await tokenOf('reseller', { reseller: 'r1' }),
  ];
  const attempts = [
    await patch('/v1/domains/acme', { eventLimit: 17 }, domain),
    await patch(`/v1/extensions/${low.id}`, { eventLimit: null }, domain),
    await patch(`/v1/extensions/${low.id}`, { displayName: 'x', eventLimit: 2 }, domain),
  ];
  for (const { status, code, field, detail } of attempts) {
    assert.deepEqual([status, code, field], [403, 'outside_scope', 'eventLimit']);
    assert.equal(detail, 'eventLimit: only a superuser or the reseller sets it.');
  }
  const created = await world.post('/v1/extensions', { number: '212', eventLimit: 100 }, bearer(domain));
  assert.deepEqual([created.statusCode, created.json().field], [403, 'eventLimit']);
  const remove = (id: number) => world.ask({ method: 'DELETE', url: `/v1/extensions/${id}`, headers: bearer(domain) });
  assert.equal((await remove(low.id)).json().code, 'outside_scope', 'made again, it would have 16');
  assert.equal((await remove(high.id)).statusCode, 204);
  assert.deepEqual(await shown(low.id), [2, 0]);
  assert.equal((await patch(`/v1/extensions/${low.id}`, { displayName: 'Desk' }, domain)).status, 200);
  assert.equal((await patch(`/v1/extensions/${low.id}`, { eventLimit: 30 }, reseller)).status, 200);
  assert.equal((await patch('/v1/domains/acme', { eventLimit: 5 }, reseller)).status, 200);
  assert.deepEqual(await shown(low.id), [30, 0]);
});

test('what a user subscribes to of a colleague’s extension takes none of its places, and the list counts alike', async () => {
  await make('/v1/users', { domain: 'acme', name: 'alice' });
  await make('/v1/users', { domain: 'acme', name: 'bob' });
  const { id } = await extension('210', { users: ['alice'], eventLimit: 1 });
  const bob = await tokenOf('user', { domain: 'acme', user: 'bob' });
  for (let index = 0; index < 3; index++) await make('/v1/subscriptions', eventOf('210'), bob);
  assert.deepEqual(await shown(id), [1, 0]);
  await subscribe('210');
  const { items } = (await world.ask({ url: '/v1/extensions' })).json<{ items: Extension[] }>();
  assert.deepEqual(
    items.map(({ events }) => events),
    [1],
  );
});

test('the audit tells who changed a limit, from what and to what', async () => {
  const { id } = await extension('210');
  await patch(`/v1/extensions/${id}`, { eventLimit: 40 });
  await limitOfDomain(8);
  const { items } = (await world.ask({ url: '/v1/audit?limit=50' })).json<{
    items: { action: string; object: string; before: Body | null; after: Body | null }[];
  }>();
  const changes = items
    .filter(({ action }) => action === 'updated')
    .map(({ object, before, after }) => [object, before?.['eventLimit'], after?.['eventLimit']]);
  assert.deepEqual(changes, [
    ['domain', null, 8],
    ['extension', null, 40],
  ]);
});
