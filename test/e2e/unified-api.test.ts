/** VoipNow's UnifiedAPI as its own clients call it: each operation, and the post that an event made so brings. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

interface Event {
  readonly id: string;
  readonly type: string;
  readonly url: string;
  readonly method: string;
  readonly status: string;
  readonly note: string;
  readonly modified: string;
  readonly links: { readonly self: string };
}
interface Collection {
  readonly entry: readonly Event[];
  readonly startIndex: string;
  readonly itemsPerPage: string;
  readonly totalResults: string;
  readonly links: { readonly prev?: string; readonly next?: string };
}

let world: ApiWorld;
let token: { id: string; token: string };
let bobsId: number;
const base = '/uapi/extensions/@me/0003*210/phoneCallEvents';

const post = async <T>(url: string, body: object): Promise<T> => {
  const answer = await world.post(url, body);
  assert.ok(answer.statusCode < 300, answer.body);
  return answer.json<T>();
};
const tokenOf = (scope: object) => post<{ id: string; token: string }>('/v1/tokens', { name: 'crm', ...scope });

before(async () => {
  world = await createApiWorld();
  await post('/v1/domains', { name: 'acme', reseller: 'r1' });
  await post('/v1/domains', { name: 'other', reseller: 'r1' });
  await post('/v1/extensions', { domain: 'acme', number: '210', prefix: '0003' });
  await post('/v1/extensions', { domain: 'acme', number: '211', prefix: '0003' });
  await post('/v1/extensions', { domain: 'other', number: '210', prefix: '0004' });
  await post('/v1/extensions', { domain: 'other', number: '310', prefix: '0004' });
  bobsId = (await post<{ id: number }>('/v1/users', { domain: 'acme', name: 'bob', extensions: ['210'] })).id;
  token = await tokenOf({ kind: 'domain', domain: 'acme' });
});
after(() => world.stop());
beforeEach(async () => {
  for (const { id } of (await world.ask({ url: '/v1/subscriptions?limit=500' })).json<{ items: Event[] }>().items) {
    await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` });
  }
});

const ask = (options: InjectOptions & { readonly url: string }, bearer = token.token) =>
  world.ask({ ...options, headers: { authorization: `Bearer ${bearer}`, ...options.headers } });
const event = (more: object = {}): object => ({
  type: '0',
  method: '1',
  url: 'https://crm.example/in',
  note: 'mine',
  status: '1',
  ...more,
});
async function make(more: object = {}, url = `${base}/`, bearer = token.token): Promise<string> {
  const answer = await ask({ method: 'POST', url, payload: event(more) }, bearer);
  assert.equal(answer.statusCode, 200, answer.body);
  const { id } = answer.json<{ id: string }>();
  assert.match(id, /^[0-9a-f]{32}$/);
  return id;
}
async function list(url = base, bearer = token.token): Promise<Collection> {
  const answer = await ask({ url }, bearer);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<Collection>();
}
const ids = ({ entry }: Collection): string[] => entry.map(({ id }) => id);
async function refusal(options: InjectOptions & { readonly url: string }, bearer = token.token) {
  const answer = await ask(options, bearer);
  const { error } = answer.json<{ error: { code: string; message: string } }>();
  assert.ok(error.message.length > 10, answer.body);
  return [answer.statusCode, error.code] as const;
}

test('an event is made, shown as the vendor shows it, and is a subscription like others', async () => {
  const id = await make();
  const [shown] = (await list()).entry;
  assert.match(shown!.modified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  assert.deepEqual(
    { ...shown, modified: '' },
    {
      type: '0',
      id,
      url: 'https://crm.example/in',
      method: '1',
      status: '1',
      note: 'mine',
      modified: '',
      links: { self: `http://localhost:80/uapi/extensions/@me/0003*210/phoneCallEvents/0/${id}` },
    },
  );
  const subscription = (await world.ask({ url: `/v1/subscriptions/${id}` })).json<Record<string, unknown>>();
  assert.equal(subscription['dialect'], 'voipnow');
  assert.deepEqual(subscription['options'], { preset: 'unified', event: 'dial-in' });
  assert.deepEqual(subscription['scope'], { reseller: 'r1', domain: 'acme', user: '*', extension: '210' });
  assert.equal(subscription['createdBy'], token.id);
  const { items } = (await world.ask({ url: '/v1/audit?object=subscription&limit=1' })).json<{ items: object[] }>();
  assert.match(JSON.stringify(items[0]), new RegExp(token.id), 'the audit names who made it');
});

test('the type may stand in the path, numbers may be numbers, and the defaults are those of an event at work', async () => {
  await make({ type: undefined }, `${base}/3`);
  await make({ type: 4, method: 0, status: undefined, note: undefined }, base);
  const { entry } = await list();
  assert.deepEqual(
    entry.map(({ type, method, status, note }) => [type, method, status, note]),
    [
      ['3', '1', '1', 'mine'],
      ['4', '0', '1', ''],
    ],
  );
});

test('lists are paged, filtered, sorted and narrowed', async () => {
  const urls = ['https://c.example/', 'https://a.example/', 'https://b.example/'];
  for (const [index, url] of urls.entries()) await make({ url, type: String(index), note: `n${index}` });
  assert.deepEqual(
    (await list(`${base}/`)).entry.map(({ url }) => url),
    urls.toSorted(),
  );
  for (const name of ['sortOrder', 'sortOder']) {
    const { entry } = await list(`${base}/?${name}=descending`);
    assert.deepEqual(
      entry.map(({ url }) => url),
      urls.toSorted().toReversed(),
    );
  }
  const page = await list(`${base}?count=1&startIndex=1&fields=url,id&filterBy=&filterValue=`);
  assert.deepEqual(
    page.entry.map((one) => Object.keys(one)),
    [['id', 'url']],
  );
  assert.equal(page.entry[0]?.url, 'https://b.example/');
  assert.deepEqual([page.startIndex, page.itemsPerPage, page.totalResults], ['1', '1', '3']);
  const next = await ask({ url: new URL(page.links.next!).pathname + new URL(page.links.next!).search });
  assert.equal(next.json<Collection>().entry[0]?.url, 'https://c.example/');
  assert.match(page.links.prev!, /startIndex=0&count=1|count=1&startIndex=0/);
  const found = async (by: string, value: string) =>
    (await list(`${base}?filterBy=${by}&filterValue=${encodeURIComponent(value)}`)).entry.map(({ note }) => note);
  assert.deepEqual(await found('url', 'https://a.example/'), ['n1']);
  assert.deepEqual(await found('type', '2'), ['n2']);
  assert.deepEqual(await found('note', 'n0'), ['n0']);
  assert.deepEqual(await found('status', '0'), []);
  assert.equal((await found('modified', new Date().toISOString().slice(0, 8))).length, 3);
  assert.deepEqual(
    (await list(`${base}/1`)).entry.map(({ note }) => note),
    ['n1'],
  );
  const [one] = ids(await list(`${base}/1`));
  assert.deepEqual(ids(await list(`${base}/1/${one}/`)), [one]);
  const more = Array.from({ length: 21 }, (_, index) => `https://x.example/${index}`);
  for (const url of more.slice(0, 12)) await make({ url, type: '0' });
  assert.equal((await list()).entry.length, 15);
});

test('any of the four may be changed, and the rest stays', async () => {
  const id = await make({ note: 'before' });
  const change = async (payload: object) => {
    const answer = await ask({ method: 'PUT', url: `${base}/0/${id}/`, payload });
    assert.deepEqual([answer.statusCode, answer.json()], [200, { id }]);
    const [shown] = (await list()).entry;
    return [shown?.method, shown?.note, shown?.url, shown?.status];
  };
  assert.deepEqual(await change({ method: '0' }), ['0', 'before', 'https://crm.example/in', '1']);
  assert.deepEqual(await change({ status: '0' }), ['0', 'before', 'https://crm.example/in', '0']);
  assert.deepEqual(await change({ note: '', url: 'https://other.example/' }), ['0', '', 'https://other.example/', '0']);
  assert.deepEqual(await change({}), ['0', '', 'https://other.example/', '0']);
  const v1 = (await world.ask({ url: `/v1/subscriptions/${id}` })).json<{ enabled: boolean }>();
  assert.equal(v1.enabled, false);
  const alone = await ask({ method: 'PUT', url: `${base}/${id}`, payload: { note: 'by its id alone' } });
  assert.equal(alone.statusCode, 200, alone.body);
});

test('one is deleted, or all of a type, or all, as a client sends it: JSON without a body', async () => {
  const remove = async (url: string) => {
    const answer = await ask({ method: 'DELETE', url, headers: { 'content-type': 'application/json' } });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<unknown>();
  };
  const [a, b, c, d] = [await make(), await make(), await make({ type: '1' }), await make({ type: '2' })];
  assert.deepEqual(await remove(`${base}/0/${a}/`), { id: a });
  assert.deepEqual(await remove(`${base}/0/`), { entry: [{ id: b }] });
  assert.deepEqual(ids(await list()), [c, d]);
  assert.deepEqual(await remove(`${base}/`), { entry: [{ id: c }, { id: d }] });
  assert.deepEqual(await remove(base), { entry: [] });
});

test('deleting all takes only what this integration made, also after its token was rotated', async () => {
  const other = await tokenOf({ kind: 'domain', domain: 'acme' });
  const theirs = await make({}, base, other.token);
  await make();
  await make({ type: '1' }, '/uapi/extensions/@me/211/phoneCallEvents');
  const rotated = await post<{ token: string }>(`/v1/tokens/${token.id}/rotate`, { grace: '0s' });
  token = { ...token, token: rotated.token };
  await make({ type: '2' });
  assert.equal((await list()).entry.length, 3);
  const answer = await ask({ method: 'DELETE', url: base });
  assert.equal(answer.json<{ entry: unknown[] }>().entry.length, 2);
  assert.deepEqual(ids(await list()), [theirs]);
  assert.equal((await list('/uapi/extensions/@me/211/phoneCallEvents')).entry.length, 1, 'another extension’s stay');
});

test('extensions are named with and without prefix, users in every way, and what is another’s is not there', async () => {
  const id = await make();
  for (const user of ['@me', '@viewer', '@owner', 'me', 'bob', String(bobsId), '%40me']) {
    for (const extension of ['0003*210', '210', '0003%2A210', '0003%252A210']) {
      assert.deepEqual(
        ids(await list(`/uapi/extensions/${user}/${extension}/phoneCallEvents`)),
        [id],
        user + extension,
      );
    }
  }
  const code = (path: string) => refusal({ url: `/uapi/extensions/${path}/phoneCallEvents` });
  assert.deepEqual(await code('@me/@self'), [400, 'extension_invalid']);
  assert.deepEqual(await code('@me/999'), [400, 'extension_invalid']);
  assert.deepEqual(await code('@me/0004*210'), [400, 'extension_invalid']);
  assert.deepEqual(await code('@me/0004*310'), [400, 'extension_invalid']);
  assert.deepEqual(await code('bob/211'), [400, 'extension_invalid'], 'it is not bob’s');
  assert.deepEqual(await code('nobody/210'), [400, 'user_invalid']);
  const [theirs, none] = await Promise.all(
    ['0004*310', '9999*310'].map((extension) => ask({ url: `/uapi/extensions/@me/${extension}/phoneCallEvents` })),
  );
  assert.equal(theirs?.body, none?.body, 'what is another’s answers as what is not there');
  const all = await refusal({ url: '/uapi/extensions/@me/210/phoneCallEvents' }, 'the-token-of-the-administrator');
  assert.deepEqual(all, [400, 'extension_invalid'], 'two domains have it');
  assert.deepEqual(ids(await list(base, 'the-token-of-the-administrator')), [id]);
});

test('a user’s token makes events of its own extensions', async () => {
  const bob = await tokenOf({ kind: 'user', domain: 'acme', user: 'bob' });
  const id = await make({}, base, bob.token);
  const v1 = (await world.ask({ url: `/v1/subscriptions/${id}` })).json<{ scope: object }>();
  assert.deepEqual(v1.scope, { reseller: 'r1', domain: 'acme', user: 'bob', extension: '210' });
  const domains = await make();
  assert.deepEqual(ids(await list(base, bob.token)), [id], 'the domain’s are not his to see');
  assert.deepEqual(ids(await list()).toSorted(), [id, domains].toSorted());
  const denied = await refusal({ url: '/uapi/extensions/@me/211/phoneCallEvents' }, bob.token);
  assert.deepEqual(denied, [400, 'extension_invalid']);
  const phone = await tokenOf({ kind: 'extension', domain: 'acme', extension: '210' });
  assert.deepEqual(await refusal({ url: base }, phone.token), [403, 'access_denied']);
});

test('whatever is wrong has the vendor’s form, a code, and says the field', async () => {
  const id = await make();
  const create = (more: object, url = base) => refusal({ method: 'POST', url, payload: event(more) });
  const change = (payload: object, url = `${base}/0/${id}`) => refusal({ method: 'PUT', url, payload });
  for (const type of [undefined, null, '5', '-1', '00', 'x', 1.5, {}, [], true, '']) {
    assert.deepEqual(await create({ type }), [400, 'pcet_type_invalid'], JSON.stringify(type));
  }
  assert.deepEqual(await create({ type: '1' }, `${base}/0`), [400, 'pcet_type_invalid'], 'the path says another');
  assert.deepEqual(await create({}, `${base}/7`), [400, 'pcet_type_invalid']);
  for (const method of [undefined, '2', 'GET', true]) {
    assert.deepEqual(await create({ method }), [400, 'pce_method_invalid'], String(method));
  }
  for (const url of [
    undefined,
    '',
    'x',
    'ftp://a/',
    'http://a b/',
    'javascript:1',
    5,
    `https://x/${'a'.repeat(3000)}`,
  ]) {
    assert.deepEqual(await create({ url }), [400, 'pce_url_invalid'], String(url));
  }
  assert.deepEqual(await create({ status: '2' }), [400, 'pce_status_invalid']);
  assert.deepEqual(await create({ note: 7 }), [400, 'pce_note_invalid']);
  assert.deepEqual(await create({ note: 'n'.repeat(20_000) }), [400, 'pce_note_invalid']);
  assert.deepEqual(await change({ method: '3' }), [400, 'pce_method_invalid']);
  assert.deepEqual(await change({ url: 'nowhere' }), [400, 'pce_url_invalid']);
  assert.deepEqual(await change({}, `${base}/1/${id}`), [400, 'pce_id_invalid'], 'it is of another type');
  assert.deepEqual(await change({}, `${base}/9/${id}`), [400, 'pce_type_invalid']);
  assert.deepEqual(await change({}, `${base}/0`), [400, 'pce_id_invalid']);
  assert.deepEqual(await refusal({ method: 'DELETE', url: `${base}/0/nothing` }), [400, 'pce_id_invalid']);
  assert.deepEqual(await refusal({ url: `${base}/0/nothing` }), [400, 'pce_id_invalid']);
  for (const query of ['count=0', 'count=5000', 'count=x', 'count=1&count=2', 'startIndex=-1', 'startIndex=5001']) {
    assert.deepEqual(await refusal({ url: `${base}?${query}` }), [400, 'parameter_invalid'], query);
  }
  for (const query of ['filterBy=color&filterValue=1', 'filterBy=id', 'filterValue=1', 'fields=id,x', 'sortOrder=up']) {
    assert.deepEqual(await refusal({ url: `${base}?${query}` }), [400, 'parameter_invalid'], query);
  }
  assert.equal((await list()).entry.length, 1, 'nothing was made or changed');
});

test('requests that are none get answers in the vendor’s form, too', async () => {
  const send = (payload: string, type = 'application/json') =>
    refusal({ method: 'POST', url: base, payload, headers: { 'content-type': type } });
  for (const payload of ['{', '[]', '5', 'null', '\ufeff{}{}']) {
    assert.deepEqual(await send(payload), [400, 'malformed_body'], payload);
  }
  assert.deepEqual(await send('{}', 'text/xml'), [415, 'media_type_unsupported']);
  assert.deepEqual(await send(`{"a":"${'x'.repeat(1_000_000)}"}`), [413, 'body_too_large']);
  assert.equal((await send(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`))[0], 400, 'deep, and without a type');
  assert.deepEqual(await send('type=0&type=1', 'application/x-www-form-urlencoded'), [400, 'pcet_type_invalid']);
  assert.deepEqual(await refusal({ method: 'PATCH', url: base, payload: {} }), [405, 'request_not_implemented']);
  assert.deepEqual(await refusal({ method: 'OPTIONS', url: base }), [405, 'request_not_implemented']);
  assert.deepEqual(await refusal({ url: '/uapi/phoneCalls/@me' }), [404, 'request_not_implemented']);
  assert.deepEqual(await refusal({ url: '/uapi/extensions/%zz/210/phoneCallEvents' }), [
    404,
    'request_not_implemented',
  ]);
  assert.equal((await ask({ method: 'HEAD', url: base })).statusCode, 200);
  const stranger = await world.api.app.inject({ url: base });
  assert.deepEqual(
    [stranger.statusCode, stranger.json<{ error: { code: string } }>().error.code],
    [401, 'access_denied'],
  );
  assert.equal(stranger.headers['www-authenticate'], 'Bearer realm="offhook"');
  assert.deepEqual(await refusal({ url: base }, 'wrong'), [401, 'access_denied']);
});

test('a form is understood, a URL that is encoded as a whole too, and an address with something in front', async () => {
  const form = new URLSearchParams({
    type: '2',
    method: '0',
    url: 'https%3A%2F%2Fcrm.example%2Fx%3Fa%3D1',
    status: '1',
  });
  const answer = await ask({
    method: 'POST',
    url: `/voipnow${base}/`,
    payload: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.statusCode, 200, answer.body);
  assert.equal((await list()).entry[0]?.url, 'https://crm.example/x?a=1');
  const [shown] = (await list(`/voipnow${base}/`)).entry;
  assert.match(shown!.links.self, /^http:\/\/localhost:80\/voipnow\/uapi\/extensions\/@me\/0003\*210\//);
});

test('an event made so posts what the developer guide has, and a disabled one nothing', async () => {
  await make({ url: 'inbox:unified', method: '1' });
  await make({ url: 'inbox:unified', method: '1', status: '0', type: '2' });
  await post('/v1/events', {
    type: 'leg.dial_in',
    domain: 'acme',
    extension: '210',
    call: {
      id: 'c-1',
      direction: 'inbound',
      from: { number: '+12157010680', name: 'Alice', kind: 'external' },
      to: { number: '210', kind: 'internal' },
    },
    leg: { id: 'l-1', extension: '210', role: 'callee' },
  });
  await world.deps.delivery.settledUpTo(world.deps.log.head());
  const { messages } = world.deps.inbox.list('unified', { after: 0, limit: 10 });
  assert.equal(messages.length, 1);
  const fields = Object.fromEntries(new URLSearchParams(messages[0]?.body));
  assert.equal(fields['CallerIDName'], 'Alice');
  assert.equal(fields['CalledExtension'], '0003*210');
  assert.equal(fields['CallStatus'], 'CALLING');
  assert.equal(fields['CallFlow'], 'IN');
});

test('the seventeenth event of an extension is refused in the vendor’s form, and the text says what to do', async () => {
  await Promise.all(Array.from({ length: 16 }, (_, index) => make({ url: `https://crm.example/${index}` })));
  const full = await ask({ method: 'POST', url: base, payload: event() });
  assert.equal(full.statusCode, 409, full.body);
  const { error } = full.json<{ error: { code: string; message: string } }>();
  assert.equal(error.code, 'event_limit_reached');
  assert.match(
    error.message,
    /^extension: extension 210 of acme has 16 events, and may have 16\. Remove .*administrator/,
  );
  await make({}, '/uapi/extensions/@me/0003*211/phoneCallEvents');
  const [first] = ids(await list());
  await ask({ method: 'DELETE', url: `${base}/0/${first}` });
  await make();
});
