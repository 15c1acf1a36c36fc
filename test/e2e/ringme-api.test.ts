/** The API of Ringme and Telphin as their clients call it: log-in, ids, events of every resource, recordings. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { createRecordingFolder } from '../../src/connectors/recording-folder.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';
import { connectorState } from '../support/connector-state.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

interface Event {
  readonly id: number;
  readonly url: string;
  readonly method: string;
  readonly event_type: string;
}

let world: ApiWorld;
let folder: Awaited<ReturnType<typeof temporaryDir>>;
let client: { id: string; token: string };
let phone: number;
let theirPhone: number;
let domainId: number;
let bearer: string;

const post = async <T>(url: string, body: object): Promise<T> => {
  const answer = await world.post(url, body);
  assert.ok(answer.statusCode < 300, answer.body);
  return answer.json<T>();
};
const tokenOf = (scope: object) => post<{ id: string; token: string }>('/v1/tokens', { name: 'crm', ...scope });
const extension = async (domain: string, number: string, more: object = {}) =>
  (await post<{ id: number }>('/v1/extensions', { domain, number, prefix: '0003', ...more })).id;

before(async () => {
  folder = await temporaryDir('ringme-records');
  await mkdir(join(folder.path, 'monitor'));
  await writeFile(join(folder.path, 'monitor', 'rec-1.wav'), 'RIFF of nobody');
  const files = createRecordingFolder(join(folder.path, 'monitor'));
  const recordings = (connector: string) => (connector === 'api' ? files : null);
  world = await createApiWorld({ deps: { connectors: () => [connectorState('api')], recordings } });
  domainId = (await post<{ id: number }>('/v1/domains', { name: 'acme' })).id;
  await post('/v1/domains', { name: 'other' });
  phone = await extension('acme', '101', { displayName: 'Desk' });
  await extension('acme', '099', { type: 'ivr' });
  theirPhone = await extension('other', '101');
  client = await tokenOf({ kind: 'domain', domain: 'acme' });
  bearer = await login(client);
});
after(async () => {
  await world.stop();
  await folder.remove();
});
beforeEach(async () => {
  for (const { id } of (await world.ask({ url: '/v1/subscriptions?limit=500' })).json<{ items: Event[] }>().items) {
    await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` });
  }
});

async function login({ id, token }: { readonly id: string; readonly token: string }): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: token };
  const answer = await world.api.app.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<{ access_token: string }>().access_token;
}
const api = '/api/ver1.0';
const ask = (options: InjectOptions & { readonly url: string }, token = bearer) =>
  world.api.app.inject({ ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
const event = (more: object = {}): object => ({
  url: 'https://crm.example/ext-event/f2a8',
  method: 'POST',
  event_type: 'dial-in',
  ...more,
});
async function make(more: object = {}, at = `/extension/${phone}/event/`, token = bearer): Promise<Event> {
  const answer = await ask({ method: 'POST', url: `${api}${at}`, payload: event(more) }, token);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<Event>();
}
async function list(at = `/extension/${phone}/event/`, token = bearer): Promise<Event[]> {
  const answer = await ask({ url: `${api}${at}` }, token);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<Event[]>();
}
async function refusal(options: InjectOptions & { readonly url: string }, token = bearer) {
  const answer = await ask({ ...options, url: `${api}${options.url}` }, token);
  const { message, code } = answer.json<{ message: string; code: string }>();
  assert.ok(message.length > 10, answer.body);
  return [answer.statusCode, code] as const;
}

test('an event is made and shown with an integer id, and is a subscription like others', async () => {
  const made = await make();
  assert.ok(Number.isSafeInteger(made.id));
  assert.deepEqual(made, { id: made.id, ...event() });
  assert.deepEqual(await list(), [made]);
  assert.deepEqual((await ask({ url: `${api}/extension/${phone}/event/${made.id}` })).json(), made);
  const [subscription] = (await world.ask({ url: '/v1/subscriptions' })).json<{ items: Record<string, unknown>[] }>()
    .items;
  assert.equal(subscription?.['number'], made.id);
  assert.equal(subscription?.['dialect'], 'ringme');
  assert.deepEqual(subscription?.['options'], { event: 'dial-in' });
  assert.deepEqual(subscription?.['scope'], { reseller: 'default', domain: 'acme', user: '*', extension: '101' });
  assert.equal(subscription?.['createdBy'], client.id, 'the token behind the one of an hour');
});

test('an event made so posts what the guide has', async () => {
  await make({ url: 'inbox:ringme' });
  await post('/v1/events', {
    type: 'leg.dial_in',
    domain: 'acme',
    extension: '101',
    call: { id: 'c-1', from: { number: '+78123351127', kind: 'external' }, to: { number: '101', kind: 'internal' } },
    leg: { id: 'l-1', extension: '101', role: 'callee' },
  });
  await world.deps.delivery.settledUpTo(world.deps.log.head());
  const [message] = world.deps.inbox.list('ringme', { after: 0, limit: 10 }).messages;
  const fields = Object.fromEntries(new URLSearchParams(message?.body));
  assert.deepEqual(
    [fields['EventType'], fields['CalledNumber'], fields['CallFlow'], fields['CalledExtensionID']],
    ['dial-in', '0003*101', 'in', String(phone)],
  );
});

test('every event of every resource can be made, and each resource shows its own', async () => {
  const resources = {
    [`/extension/${phone}/event`]: [
      'dial-in',
      'dial-out',
      'hangup',
      'answer',
      'message-in',
      'message-out',
      'message-out-status',
      'voicemail',
    ],
    [`/agent/${phone}/event`]: ['agent-login', 'agent-logout'],
    '/client/@me/phone_events': ['dial-in', 'hangup', 'extension-call-status'],
  };
  for (const [at, types] of Object.entries(resources)) {
    for (const event_type of types) await make({ event_type, method: 'GET' }, at);
  }
  for (const [at, types] of Object.entries(resources)) {
    assert.deepEqual(
      (await list(`${at}/`)).map(({ event_type }) => event_type),
      types,
    );
  }
  assert.equal((await list(`/client/${domainId}/phone_events/`)).length, 3);
  const all = (await world.ask({ url: '/v1/subscriptions?limit=500' })).json<{
    items: { scope: { extension: string } }[];
  }>();
  assert.equal(all.items.filter(({ scope }) => scope.extension === '*').length, 3);
});

test('one is deleted, or all that this integration made, also after its token was rotated', async () => {
  const other = await login(await tokenOf({ kind: 'domain', domain: 'acme' }));
  const theirs = await make({}, undefined, other);
  const [first] = [await make(), await make({ event_type: 'hangup' })];
  const whole = await make({}, '/client/@me/phone_events/');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const remove = (at: string, token = bearer) => ask({ method: 'DELETE', url: `${api}${at}`, headers }, token);
  const one = await remove(`/extension/${phone}/event/${first.id}`);
  assert.deepEqual([one.statusCode, one.body], [204, '']);
  const again = await remove(`/extension/${phone}/event/${first.id}`);
  assert.deepEqual([again.statusCode, again.json()], [404, { message: 'There is no such event.', code: 'not_found' }]);
  assert.equal((await remove(`/extension/${phone}/event/${whole.id}`)).statusCode, 404, 'of another resource');
  const rotated = await post<{ token: string }>(`/v1/tokens/${client.id}/rotate`, { grace: '0s' });
  assert.equal((await remove(`/extension/${phone}/event/`)).statusCode, 401, 'what it gave out before is dead');
  client = { ...client, token: rotated.token };
  bearer = await login(client);
  await make({ event_type: 'answer' });
  assert.equal((await remove(`/extension/${phone}/event/`)).statusCode, 204);
  assert.deepEqual(await list(), [theirs]);
  assert.deepEqual(await list('/client/@me/phone_events/'), [whole]);
});

test('what is another’s is as what is not there', async () => {
  const others = await login(await tokenOf({ kind: 'domain', domain: 'other' }));
  const theirs = await make({}, `/extension/${theirPhone}/event/`, others);
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    const payload = method === 'POST' ? { payload: event() } : {};
    const [known, unknown] = await Promise.all(
      [theirPhone, 987_654].map((id) => ask({ method, url: `${api}/extension/${id}/event/`, ...payload })),
    );
    assert.equal(known?.statusCode, 404);
    assert.equal(known?.body, unknown?.body);
  }
  assert.deepEqual(await refusal({ url: `/extension/${phone}/event/${theirs.id}` }), [404, 'not_found']);
  assert.deepEqual(await refusal({ url: `/agent/${theirPhone}/event` }), [404, 'not_found']);
  assert.deepEqual(await refusal({ url: `/client/${domainId}/phone_events` }, others), [404, 'not_found']);
  assert.equal((await list(`/extension/${theirPhone}/event/`, others)).length, 1);
});

test('whatever is wrong is told with a message that names the field', async () => {
  const create = (payload: object, at = `/extension/${phone}/event/`) => refusal({ method: 'POST', url: at, payload });
  for (const name of ['url', 'method', 'event_type']) {
    for (const value of [undefined, null, '', 'nonsense', {}, [], true]) {
      assert.deepEqual((await create(event({ [name]: value })))[0], 400, `${name} ${JSON.stringify(value)}`);
    }
    const answer = await ask({
      method: 'POST',
      url: `${api}/extension/${phone}/event/`,
      payload: event({ [name]: null }),
    });
    assert.match(answer.json<{ message: string }>().message, new RegExp(`^${name}: `));
  }
  assert.equal((await create(event({ event_type: 'agent-login' })))[0], 400, 'of another resource');
  assert.equal((await create(event({ event_type: 'hangup' }), `/agent/${phone}/event`))[0], 400);
  assert.equal((await create(event({ method: 'PUT' })))[0], 400);
  assert.equal((await create(event({ url: `https://x/${'a'.repeat(5_000)}` })))[0], 400);
  for (const id of ['0', '-1', '1.5', 'x', '@me', '9'.repeat(30), '%00']) {
    assert.equal((await refusal({ url: `/extension/${id}/event/` }))[0], 404, id);
  }
  assert.equal((await refusal({ url: '/client/x/phone_events' }))[0], 404);
  assert.equal((await refusal({ url: '/client/@me/phone_events' }, 'the-token-of-the-administrator'))[0], 400);
  assert.deepEqual(await refusal({ method: 'PUT', url: `/extension/${phone}/event/` }), [405, 'method_not_allowed']);
  assert.deepEqual(await refusal({ url: '/nothing' }), [404, 'route_not_found']);
  assert.deepEqual(await refusal({ url: '/extension/%zz/event' }), [404, 'route_not_found']);
  assert.deepEqual(await refusal({ url: '/client/@me/phone_events' }, 'wrong'), [401, 'token_wrong']);
  const big = await ask({ method: 'POST', url: `${api}/extension/${phone}/event`, payload: { url: 'x'.repeat(1e6) } });
  assert.deepEqual([big.statusCode, big.json<{ code: string }>().code], [413, 'body_too_large']);
  assert.deepEqual(await list(), []);
});

test('the seventeenth event of an extension is refused with what to do; an administrator may allow more', async () => {
  for (let index = 0; index < 16; index++) await make({ url: `https://crm.example/${index}` });
  const full = await ask({ method: 'POST', url: `${api}/extension/${phone}/event/`, payload: event() });
  assert.equal(full.statusCode, 409, full.body);
  const { message, code } = full.json<{ message: string; code: string }>();
  assert.equal(code, 'event_limit_reached');
  assert.match(message, /extension 101 of acme has 16 events.*Remove .*administrator/);
  const payload = { eventLimit: 17 };
  assert.equal((await world.ask({ method: 'PATCH', url: `/v1/extensions/${phone}`, payload })).statusCode, 200);
  await make({ event_type: 'answer' });
  assert.equal((await list()).length, 17);
});

test('a client learns the ids of its extensions', async () => {
  const shown = (id: number, number: string, type: string, label: string) => ({
    ...{ id, status: 'active', name: `0003*${number}`, type, label },
  });
  const all = await ask({ url: `${api}/client/@me/extension/?page=1&per_page=30` });
  const desk = shown(phone, '101', 'phone', 'Desk');
  assert.deepEqual(all.json(), [desk, shown(phone + 1, '099', 'ivr', '')]);
  assert.deepEqual((await ask({ url: `${api}/client/${domainId}/extension/?type=phone` })).json(), [desk]);
  assert.deepEqual((await ask({ url: `${api}/client/@me/extension/?page=2&per_page=1` })).json<unknown[]>().length, 1);
  assert.deepEqual((await ask({ url: `${api}/client/@me/extension/${phone}` })).json(), desk);
  assert.deepEqual(await refusal({ url: `/client/@me/extension/${theirPhone}` }), [404, 'not_found']);
  assert.deepEqual(await refusal({ url: '/client/@me/extension/?page=x' }), [400, 'invalid_field']);
});

test('a recording is fetched by its RecID, or by a link that needs no token, while its token is valid', async () => {
  const recordings = [{ id: 'rec-1' }];
  await post('/v1/events', { type: 'call.closed', domain: 'acme', extension: '101', call: { id: 'c9', recordings } });
  const sound = await ask({ url: `${api}/client/@me/record/rec-1` });
  assert.deepEqual([sound.statusCode, sound.body], [200, 'RIFF of nobody']);
  assert.match(String(sound.headers['content-disposition']), /filename="rec-1\.wav"/);
  const told = await ask({ url: `${api}/client/@me/record/rec-1/storage_url/` });
  const { record_url } = told.json<{ record_url: string }>();
  const fetchLink = (url = record_url) => world.api.app.inject({ url: new URL(url).pathname + new URL(url).search });
  assert.equal((await fetchLink()).body, 'RIFF of nobody');
  assert.equal((await fetchLink(record_url.replace('rec-1', 'rec-2'))).statusCode, 401, 'for that recording alone');
  const grant = new URL(record_url).searchParams.get('grant') ?? '';
  assert.equal((await ask({ url: `${api}/client/@me/extension` }, grant)).statusCode, 401, 'and for nothing else');
  const others = await login(await tokenOf({ kind: 'domain', domain: 'other' }));
  for (const path of ['', '/storage_url']) {
    assert.equal((await refusal({ url: `/client/@me/record/rec-1${path}` }, others))[0], 404);
    assert.equal((await refusal({ url: `/client/@me/record/none${path}` }))[0], 404);
  }
  await post(`/v1/tokens/${client.id}/rotate`, { grace: '0s' });
  assert.equal((await fetchLink()).statusCode, 401);
});
