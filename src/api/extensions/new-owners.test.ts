/** Who is given an extension brings it the vendor events they made about it before: not more than it may have. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { eventOf } from '../../../test/support/builders.ts';

type Body = Readonly<Record<string, unknown>>;
interface Made {
  readonly id: number;
}

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
  await make('/v1/domains', { name: 'acme', reseller: 'r1', eventLimit: 4 });
});
afterEach(() => world.stop());

async function make<T = Made>(url: string, body: Body): Promise<T> {
  const answer = await world.post(url, body);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<T>();
}
const user = (name: string, more: Body = {}) => make('/v1/users', { domain: 'acme', name, ...more });
const extension = (number: string, more: Body = {}) =>
  make('/v1/extensions', { domain: 'acme', number, users: ['alice'], ...more });
const patch = (url: string, payload: Body) => world.ask({ method: 'PATCH', url, payload });

const subscription = (name: string, number: string): Body => ({
  name: `${number} for ${name}`,
  dialect: 'ringme',
  scope: { domain: 'acme', extension: number, user: name },
  endpoint: { url: 'https://crm.example/hook' },
});
async function subscribe(name: string, number: string, times: number): Promise<readonly string[]> {
  const made: string[] = [];
  for (let time = 0; time < times; time++) {
    made.push((await make<{ id: string }>('/v1/subscriptions', subscription(name, number))).id);
  }
  return made;
}
const remove = async (id: string | undefined) =>
  assert.equal((await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` })).statusCode, 204);

interface Shown {
  readonly events: number;
  readonly users: readonly string[];
}
const shown = async (id: number): Promise<readonly [number, readonly string[]]> => {
  const { events, users } = (await world.ask({ url: `/v1/extensions/${id}` })).json<Shown>();
  return [events, users];
};
async function refused(answer: ReturnType<ApiWorld['ask']>, field: string): Promise<Body> {
  const { statusCode, body } = await answer;
  assert.equal(statusCode, 409, body);
  const problem = JSON.parse(body) as Body;
  assert.deepEqual([problem['code'], problem['field']], ['event_limit_reached', field]);
  return problem;
}

test('an extension is not given to who would bring it too many events, and the answer says what to do', async () => {
  await user('alice');
  await user('bob');
  const { id } = await extension('210');
  await subscribe('alice', '210', 2);
  const [first] = await subscribe('bob', '210', 3);
  const problem = await refused(patch(`/v1/extensions/${id}`, { users: ['alice', 'bob'] }), 'users');
  assert.equal(
    problem['detail'],
    'users: extension 210 of acme would have 5 events, 3 of them brought by bob, and may have 4.',
  );
  assert.match(String(problem['remedy']), /Remove subscriptions of theirs .* or ask the administrator to raise/);
  const { events, limit, users } = problem;
  assert.deepEqual([problem['extension'], events, limit, users], ['210', 5, 4, ['bob']]);
  assert.deepEqual(await shown(id), [2, ['alice']], 'it is whose it was');
  await remove(first);
  assert.equal((await patch(`/v1/extensions/${id}`, { users: ['alice', 'bob'] })).statusCode, 200);
  assert.deepEqual(await shown(id), [4, ['alice', 'bob']]);
});

test('nor by the users’ own records, new ones or old, which name the extension at fault', async () => {
  await user('alice');
  const bob = await user('bob');
  const { id } = await extension('210');
  await extension('211');
  for (const name of ['bob', 'carol']) await subscribe(name, '210', 5);
  await refused(patch(`/v1/users/${bob.id}`, { extensions: ['211', '210'] }), 'extensions[1]');
  const carol = { domain: 'acme', name: 'carol', extensions: ['210'] };
  await refused(world.post('/v1/users', carol), 'extensions[0]');
  assert.deepEqual(await shown(id), [0, ['alice']]);
  const { extensions } = (await world.ask({ url: `/v1/users/${bob.id}` })).json<{ extensions: string[] }>();
  assert.deepEqual(extensions, [], 'a change is made whole or not at all');
  assert.equal((await world.ask({ url: '/v1/users?domain=acme' })).json<{ items: [] }>().items.length, 2);
  assert.equal((await patch(`/v1/users/${bob.id}`, { extensions: ['211'] })).statusCode, 200);
});

test('nor by the extension’s first record, which says by itself how many there may be', async () => {
  await user('bob');
  await subscribe('bob', '210', 4);
  const draft = { domain: 'acme', number: '210', users: ['bob'] };
  await refused(world.post('/v1/extensions', { ...draft, eventLimit: 3 }), 'users');
  const { id } = await make('/v1/extensions', draft);
  assert.deepEqual(await shown(id), [4, ['bob']]);
});

test('who raises the limit in the same breath, or gives it to somebody who brings nothing, is not refused', async () => {
  for (const name of ['alice', 'bob', 'carol']) await user(name);
  const { id } = await extension('210');
  await subscribe('bob', '210', 5);
  assert.equal((await patch(`/v1/extensions/${id}`, { users: ['bob'], eventLimit: 5 })).statusCode, 200);
  assert.deepEqual(await shown(id), [5, ['bob']]);
  assert.equal((await patch(`/v1/extensions/${id}`, { eventLimit: 1 })).statusCode, 200);
  assert.equal((await patch(`/v1/extensions/${id}`, { users: ['bob', 'carol'] })).statusCode, 200);
  assert.equal((await patch(`/v1/extensions/${id}`, { displayName: 'Desk', users: ['bob'] })).statusCode, 200);
});

test('it is taken from anybody, whatever is counted then; given again by way of nobody, it is refused all the same', async () => {
  const alice = await user('alice');
  await user('bob');
  const { id } = await extension('210');
  await subscribe('alice', '210', 4);
  await subscribe('bob', '210', 3);
  assert.equal((await patch(`/v1/extensions/${id}`, { users: [] })).statusCode, 200);
  assert.deepEqual(await shown(id), [7, []]);
  const more = await world.post('/v1/subscriptions', subscription('carol', '210'));
  assert.equal(more.json<{ code: string }>().code, 'event_limit_reached', 'what is there stays, and no more is made');
  await refused(patch(`/v1/extensions/${id}`, { users: ['alice', 'bob'] }), 'users');
  assert.equal((await patch(`/v1/extensions/${id}`, { users: ['alice'] })).statusCode, 200);
  const removed = await world.ask({ method: 'DELETE', url: `/v1/users/${alice.id}?cascade=true` });
  assert.equal(removed.statusCode, 204);
  assert.deepEqual(await shown(id), [3, []]);
});

test('what a phone system shows of an extension gives it to nobody', async () => {
  await user('alice');
  await user('bob');
  const { id } = await extension('210');
  await subscribe('bob', '210', 9);
  const data = { change: 'created', type: 'phone', name: 'bob' };
  await world.deps.log.append([
    eventOf({
      ...{ type: 'subscriber.updated', domain: 'acme', extension: '210', extensions: ['210'], user: 'bob' },
      ...{ call: null, connector: 'pbx1', data },
    }),
  ]);
  assert.deepEqual(await shown(id), [0, ['alice']]);
});
