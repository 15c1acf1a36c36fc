import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld();
});
after(() => world.stop());

const usual = { name: 'CRM', dialect: 'cloudevents', endpoint: { url: 'https://crm.example/hook' } };
const create = async (more: object = {}): Promise<{ readonly id: string; readonly number: number }> => {
  const answer = await world.post('/v1/subscriptions', { ...usual, ...more });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
};
const patch = (id: string, body: object) =>
  world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload: body });
const stored = (id: string) =>
  world.deps.delivery.subscriptions
    .list({ reseller: '*', domain: '*', user: '*', extension: '*' }, { after: 0, limit: 500 })
    .find((one) => one.id === id)!;

test('a subscription is made, read, listed, changed and removed', async () => {
  const made = await world.post('/v1/subscriptions', {
    ...usual,
    events: ['leg.*', 'call.ended'],
    expireAfter: { 'leg.ringing': '1m' },
  });
  assert.equal(made.statusCode, 201, made.body);
  const { id, number } = made.json();
  assert.equal(made.headers['location'], `/v1/subscriptions/${id}`);
  assert.match(id, /^[0-9a-f]{32}$/);
  const read = (await world.ask({ url: `/v1/subscriptions/${id}` })).json();
  assert.deepEqual(read, made.json());
  assert.ok(read.events.includes('leg.ringing') && !read.events.includes('call.started'));
  assert.deepEqual(read.expireAfter, { 'leg.ringing': '1m' });
  assert.equal(read.status, 'active');
  assert.deepEqual(read.retry.delays.slice(0, 2), ['5s', '30s']);
  const changed = await patch(id, { enabled: false, retry: { maxAttempts: 3 } });
  assert.equal(changed.json().status, 'disabled');
  assert.equal(changed.json().retry.maxAttempts, 3);
  assert.equal(changed.json().name, 'CRM');
  const list = (await world.ask({ url: '/v1/subscriptions?limit=500' })).json();
  assert.ok(list.items.some((one: { number: number }) => one.number === number));
  assert.equal((await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` })).statusCode, 204);
  const gone = await world.ask({ url: `/v1/subscriptions/${id}` });
  assert.equal(gone.statusCode, 404);
  assert.equal(gone.json().code, 'subscription_not_found');
});

test('an address that its domain may not reach is warned of, as long as that is so', async () => {
  await world.post('/v1/domains', { name: 'walled', country: 'AT' });
  const scope = { domain: 'walled' };
  const warned = async (endpoint: object): Promise<readonly { readonly field: string; readonly detail: string }[]> => {
    const made = await world.post('/v1/subscriptions', { ...usual, scope, endpoint });
    assert.equal(made.statusCode, 201, made.body);
    return made.json().warnings;
  };
  for (const host of ['127.0.0.1:9710', '169.254.169.254', '[::1]', '[::ffff:10.0.0.1]', '2130706433', '10.2.3.4']) {
    const [warning, ...more] = await warned({ url: `http://${host}/` });
    assert.deepEqual([warning?.field, more.length], ['endpoint.url', 0], host);
    assert.match(warning?.detail ?? '', /not allowed as a receiver.*superuser.*the domain's allowNetworks/, host);
  }
  for (const url of ['http://localhost/', 'https://crm.example/', 'http://8.8.8.8/', 'http://[2a00::1]/', 'inbox:w']) {
    assert.deepEqual(await warned({ url }), [], url);
  }
  const auth = { kind: 'oauth2-client-credentials', tokenUrl: 'https://10.0.0.1/', clientId: 'c', clientSecret: 's' };
  const ofToken = await warned({ ...usual.endpoint, auth });
  assert.deepEqual([ofToken.length, ofToken[0]?.field], [1, 'endpoint.auth.tokenUrl']);
  const { id } = await create({ scope, endpoint: { url: 'http://10.1.2.3/' } });
  const allow = (allowNetworks: string[]) =>
    world.ask({ method: 'PATCH', url: '/v1/domains/walled', payload: { allowNetworks } });
  await allow(['10.0.0.0/8']);
  assert.deepEqual((await world.ask({ url: `/v1/subscriptions/${id}` })).json().warnings, []);
  await allow([]);
  const [again] = (await world.ask({ url: `/v1/subscriptions/${id}` })).json().warnings;
  assert.deepEqual([again.code, again.at], ['address_refused', null]);
});

test('half a character is refused in any body', async () => {
  const { id } = await create();
  const half = '\ud800';
  const asked = [
    ['POST', '/v1/subscriptions', { ...usual, notes: half }, 'notes'],
    ['PATCH', `/v1/subscriptions/${id}`, { endpoint: { headers: { 'x-a': [half] } } }, 'endpoint.headers.x-a[0]'],
    ['PATCH', `/v1/subscriptions/${id}`, { options: { [half]: 1 } }, 'options'],
    ['POST', '/v1/domains', { name: 'halves', country: 'AT', displayName: half }, 'displayName'],
  ] as const;
  for (const [method, url, payload, field] of asked) {
    const answer = await world.ask({ method, url, payload });
    const { code, field: named, detail } = answer.json();
    assert.deepEqual([answer.statusCode, code, named], [400, 'invalid_field', field], answer.body);
    assert.match(detail, /half a character/);
  }
});

test('two changes at once are both made', async () => {
  const { id } = await create();
  const [one, two] = await Promise.all([patch(id, { notes: 'first' }), patch(id, { name: 'second' })]);
  assert.deepEqual([one.statusCode, two.statusCode], [200, 200]);
  assert.deepEqual([stored(id).notes, stored(id).name], ['first', 'second']);
});

test('a change may come as a merge patch by its own type, and nests no deeper than it may', async () => {
  const { id } = await create();
  const change = (payload: string, type: string) =>
    world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload, headers: { 'content-type': type } });
  assert.equal((await change('{"name":"patched"}', 'application/merge-patch+json')).json().name, 'patched');
  for (const levels of [33, 100_000]) {
    const deep = await change(`${'{"options":'.repeat(levels)}1${'}'.repeat(levels)}`, 'application/json');
    assert.equal(deep.statusCode, 400, deep.body);
    assert.equal(deep.json().code, 'malformed_body');
  }
  const list = await change('[]', 'application/json');
  assert.equal(list.json().detail, 'The body must be object.');
});

test('a name has nothing that would show as another one', async () => {
  for (const name of ['evil\u202egnp', '\u2066x', '\ud800']) {
    const answer = await world.post('/v1/subscriptions', { ...usual, name });
    assert.equal(answer.json().field, 'name', JSON.stringify(name));
  }
  await create({ name: '😀 مكتب' });
});

test('lists page by cursor', async () => {
  for (let count = 0; count < 5; count++) await create();
  const names: number[] = [];
  let cursor = '';
  for (;;) {
    const page = (await world.ask({ url: `/v1/subscriptions?limit=2${cursor}` })).json();
    assert.ok(page.items.length <= 2);
    names.push(...page.items.map((one: { number: number }) => one.number));
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  assert.ok(names.length >= 5);
  assert.deepEqual(
    names,
    [...new Set(names)].sort((a, b) => a - b),
  );
});

test('secrets never come back, and stay without being sent again', async () => {
  const signing = { secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] };
  const auth = { kind: 'basic', username: 'u', password: 'very-secret' };
  const { id } = await create({ endpoint: { ...usual.endpoint, auth, signing } });
  const read = await world.ask({ url: `/v1/subscriptions/${id}` });
  assert.ok(!read.body.includes('very-secret') && !read.body.includes('whsec_'), read.body);
  assert.deepEqual(read.json().endpoint.auth, { kind: 'basic', username: 'u', password: { set: true } });
  await patch(id, { name: 'renamed', endpoint: { timeoutMs: 500 } });
  const put = await world.ask({
    method: 'PUT',
    url: `/v1/subscriptions/${id}`,
    payload: { ...read.json<object>(), notes: 'n' },
  });
  assert.equal(put.statusCode, 200, put.body);
  assert.deepEqual(stored(id).target.auth, auth);
  assert.deepEqual(stored(id).target.signing, signing);
  await patch(id, { endpoint: { auth: { kind: 'bearer', token: 't0ken' } } });
  assert.deepEqual(stored(id).target.auth, { kind: 'bearer', token: 't0ken' });
  await patch(id, { endpoint: { auth: null, signing: null } });
  assert.deepEqual(stored(id).target.auth, { kind: 'none' });
  assert.equal(stored(id).target.signing, null);
});

test('a stored secret is not handed to another receiver', async () => {
  const { id } = await create({ endpoint: { ...usual.endpoint, auth: { kind: 'bearer', token: 'secret-one' } } });
  const moved = await patch(id, { endpoint: { url: 'https://elsewhere.example/' } });
  assert.equal(moved.statusCode, 400);
  assert.equal(moved.json().field, 'endpoint.auth.token');
  const path = await patch(id, { endpoint: { url: 'https://crm.example/other' } });
  assert.equal(path.statusCode, 200);
  const withNew = await patch(id, {
    endpoint: { url: 'https://elsewhere.example/', auth: { kind: 'bearer', token: 'secret-two' } },
  });
  assert.equal(withNew.statusCode, 200, withNew.body);
});

test('a filter is kept as it was written; a mistake in one is shown by place', async () => {
  const filter = "call.direction == 'inbound'\n  && extension in ['101', '102']";
  const { id } = await create({ filter });
  assert.equal(stored(id).selection.filter, filter);
  const refused = await world.post('/v1/subscriptions', { ...usual, filter: "seq > 1 &&\n  call.bogus == 'x'" });
  assert.equal(refused.statusCode, 400);
  const { code, field, detail, line, column, excerpt } = refused.json();
  assert.deepEqual([code, field, line, column], ['invalid_subscription', 'filter', 2, 8]);
  assert.equal(excerpt, "  call.bogus == 'x'\n       ^");
  assert.match(detail, /bogus.*line 2, column 8/);
});

test('a template is checked when it is saved, against the URL it goes to', async () => {
  const made = { ...usual, dialect: 'template' };
  const options = { url: 'https://crm.example/{{ id }}', body: '{ "from": {{ call.from.number | json }} }' };
  const { id } = await create({ ...made, options });
  assert.deepEqual(stored(id).options, options);
  const refused = await world.post('/v1/subscriptions', { ...made, options: { body: '{\n {{ call.form }} }' } });
  const { field, line, column, excerpt, remedy } = refused.json();
  assert.deepEqual([refused.statusCode, field, line, column], [400, 'options.body', 2, 5]);
  assert.equal(excerpt, ' {{ call.form }} }\n    ^');
  assert.match(remedy, /from/);
  const moved = await patch(id, { endpoint: { url: 'https://elsewhere.example/' } });
  assert.deepEqual([moved.statusCode, moved.json().field], [400, 'options.url']);
  const dialects = (await world.ask({ url: '/v1/dialects' })).json();
  const shown = dialects.items.find(({ name }: { name: string }) => name === 'template');
  assert.deepEqual(Object.keys(shown.options.properties), ['method', 'url', 'headers', 'body', 'contentType']);
});

test('every field that is not right is named, with what would be', async () => {
  const { endpoint } = usual;
  const cases: [object, string, RegExp][] = [
    [{ name: undefined }, 'name', /missing/],
    [{ name: '' }, 'name', /./],
    [{ nmae: 'x' }, 'nmae', /name/],
    [{ enabled: 'yes' }, 'enabled', /boolean/],
    [{ dialect: 'cloudevent' }, 'dialect', /cloudevents/],
    [{ events: ['leg.rining'] }, 'events[0]', /leg\.ringing/],
    [{ events: [] }, 'events', /./],
    [{ filter: 'call.direction == 1' }, 'filter', /quotes/],
    [{ filter: "call.directon == 'inbound'" }, 'filter', /direction/],
    [{ options: { mode: 'loud' } }, 'options.mode', /structured/],
    [{ options: { moed: 'batch' } }, 'options.moed', /mode/],
    [{ endpoint: { ...endpoint, url: 'ftp://x' } }, 'endpoint.url', /http/],
    [{ endpoint: { ...endpoint, url: 'crm.example' } }, 'endpoint.url', /https/],
    [{ endpoint: { ...endpoint, url: 'https://u:p@crm.example' } }, 'endpoint.url', /auth/],
    [{ endpoint: { ...endpoint, url: 'inbox:a b' } }, 'endpoint.url', /inbox/],
    [{ endpoint: { ...endpoint, url: 'https://crm.example/a b' } }, 'endpoint.url', /%20/],
    [{ endpoint: { ...endpoint, url: 'https://crm.example/hook\n' } }, 'endpoint.url', /white space/],
    [{ endpoint: { ...endpoint, name: 'a\u001b[2J' } }, 'endpoint.name', /control/],
    [{ name: 'two\nlines' }, 'name', /control/],
    [{ scope: { domain: 'a\u0000' } }, 'scope.domain', /control/],
    [{ endpoint: { ...endpoint, headers: { Host: 'x' } } }, 'endpoint.headers.Host', /connection/],
    [{ endpoint: { ...endpoint, headers: { 'X-Offhook-Event': 'x' } } }, 'endpoint.headers.X-Offhook-Event', /Offhook/],
    [{ endpoint: { ...endpoint, headers: { a: 'b\r\nc: d' } } }, 'endpoint.headers.a', /./],
    [{ endpoint: { ...endpoint, auth: { kind: 'basic', username: 'u' } } }, 'endpoint.auth.password', /missing/],
    [{ endpoint: { ...endpoint, auth: { kind: 'magic' } } }, 'endpoint.auth.kind', /./],
    [
      { endpoint: { ...endpoint, auth: { kind: 'headers', headers: { host: 'x' } } } },
      'endpoint.auth.headers.host',
      /./,
    ],
    [{ endpoint: { ...endpoint, signing: { secrets: ['short'] } } }, 'endpoint.signing.secrets[0]', /whsec_/],
    [{ endpoint: { ...endpoint, timeoutMs: 5 } }, 'endpoint.timeoutMs', /100/],
    [{ retry: { delays: ['soon'] } }, 'retry.delays[0]', /5m/],
    [{ retry: { maxAttempts: 50, delays: ['1d'] } }, 'retry', /retention\.events/],
    [{ expireAfter: { 'leg.ringing': '60' } }, 'expireAfter.leg.ringing', /./],
    [{ expireAfter: { 'no.such': '1m' } }, 'expireAfter.no.such', /./],
    [{ order: 'random' }, 'order', /call, none/],
    [{ scope: { domain: 5 } }, 'scope.domain', /string/],
  ];
  const before = (await world.ask({ url: '/v1/subscriptions?limit=500' })).json().items.length;
  for (const [change, field, hint] of cases) {
    const answer = await world.post('/v1/subscriptions', { ...usual, ...change });
    assert.equal(answer.statusCode, 400, answer.body);
    const problem = answer.json();
    assert.equal(problem.field, field, answer.body);
    assert.match(`${problem.detail} ${problem.remedy}`, hint);
  }
  assert.equal((await world.ask({ url: '/v1/subscriptions?limit=500' })).json().items.length, before);
});

test('a notification reaches the inbox, and its attempt is listed', async () => {
  const { id, number } = await create({ events: ['call.started'], endpoint: { url: 'inbox:hello' } });
  const arrived = world.deps.inbox.next('hello');
  await world.post('/v1/events', { id: 'to-inbox', type: 'call.started', call: { id: 'c1' } });
  await arrived;
  const list = (await world.ask({ url: '/inbox/hello' })).json();
  assert.equal(JSON.parse(list.items[0].body).id, 'to-inbox');
  assert.equal(list.items[0].headers['x-correlation-id'], id);
  const { seq } = (await world.ask({ url: '/v1/events/to-inbox' })).json();
  await world.deps.delivery.settledUpTo(seq);
  const attempts = (await world.ask({ url: `/v1/deliveries?subscription=${id}` })).json();
  assert.equal(attempts.items[0].outcome, 'delivered');
  const one = (await world.ask({ url: `/v1/deliveries/${number}-${seq}` })).json();
  assert.equal(one.state, 'delivered');
  assert.equal(one.event.id, 'to-inbox');
  const subscription = (await world.ask({ url: `/v1/subscriptions/${id}` })).json();
  assert.equal(subscription.counters.posts, 1);
  assert.ok(subscription.lastSuccess);
});

test('limits of an endpoint that several share change only when a subscription names them', async () => {
  const url = 'https://limits.example/hook';
  const limitsOf = async (id: string) => {
    const { endpoint } = (await world.ask({ url: `/v1/subscriptions/${id}` })).json();
    const { number } = endpoint;
    const shared = (await world.ask({ url: `/v1/endpoints/${number}` })).json();
    assert.deepEqual([endpoint.maxInFlight, endpoint.ratePerSecond], [shared.maxInFlight, shared.ratePerSecond]);
    return [shared.maxInFlight, shared.ratePerSecond];
  };
  const limited = await create({ endpoint: { url, maxInFlight: 2, ratePerSecond: 1 } });
  const silent = await create({ endpoint: { url } });
  assert.deepEqual(await limitsOf(limited.id), [2, 1]);
  assert.deepEqual(await limitsOf(silent.id), [2, 1]);
  assert.equal((await patch(silent.id, { endpoint: { ratePerSecond: 5 } })).statusCode, 200);
  assert.deepEqual(await limitsOf(limited.id), [2, 5]);
  await patch(limited.id, { name: 'another name', enabled: false });
  assert.deepEqual(await limitsOf(silent.id), [2, 5], 'a patch of something else left them alone');
  await patch(limited.id, { endpoint: { url: 'https://limits-moved.example/hook' } });
  assert.deepEqual(await limitsOf(limited.id), [2, 5], 'they go along to an address of its own');
  await patch(silent.id, { endpoint: { maxInFlight: null, ratePerSecond: null } });
  assert.deepEqual(await limitsOf(silent.id), [8, null]);
});

test('one that shares its endpoint is paused alone; resumed it can not be while its endpoint is paused as a whole', async () => {
  const endpoint = { url: 'https://shared.example/hook' };
  const [one, other] = [await create({ endpoint }), await create({ endpoint })];
  const ask = async (url: string) => (await world.ask({ url })).json();
  const post = (url: string) => world.ask({ method: 'POST', url });
  const paused = await post(`/v1/subscriptions/${one.id}/pause`);
  assert.equal(paused.statusCode, 200, paused.body);
  assert.deepEqual([paused.json().status, paused.json().paused.by], ['paused', stored(one.id).pause?.by]);
  assert.equal((await ask(`/v1/subscriptions/${other.id}`)).status, 'active');
  const { number } = paused.json().endpoint;
  assert.equal((await ask(`/v1/endpoints/${number}`)).paused, null);
  assert.equal((await patch(one.id, { name: 'still paused' })).json().status, 'paused');
  const audit = await ask(`/v1/audit?object=subscription&objectId=${one.number}`);
  assert.equal(audit.items[1].action, 'paused');
  assert.equal((await post(`/v1/subscriptions/${one.id}/resume`)).json().status, 'active');
  await post(`/v1/endpoints/${number}/pause`);
  const refused = await post(`/v1/subscriptions/${one.id}/resume`);
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'endpoint_shared']);
  assert.deepEqual(refused.json().others, 1);
});

test('where the dialect has fewer words, only their events are wanted, and others that are asked for are warned of', async () => {
  const world = await createApiWorld();
  try {
    const made = async (more: object) => {
      const body = { name: 'n', dialect: 'voipnow', endpoint: { url: 'inbox:words' }, ...more };
      const answer = await world.post('/v1/subscriptions', body);
      assert.equal(answer.statusCode, 201, answer.body);
      const { events, warnings } = answer.json();
      return [events, warnings.map(({ code, field, detail }: Record<string, string>) => `${code} ${field}: ${detail}`)];
    };
    assert.deepEqual(await made({ options: { event: 'hangup' } }), [['leg.ended', 'leg.closed'], []]);
    const asked = ['call.started', 'leg.dial_in'];
    assert.deepEqual(await made({ events: asked }), [
      asked,
      ['events_never_sent events: voipnow, with these options, has no word for call.started.'],
    ]);
    const [, [warning]] = await made({ options: { event: 'hangup' }, events: asked });
    assert.match(warning, /no word for call.started, leg.dial_in\.$/);
    assert.deepEqual((await made({ dialect: 'cloudevents', events: asked }))[1], []);
  } finally {
    await world.stop();
  }
});
