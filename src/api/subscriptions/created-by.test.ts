/** Who made a subscription: shown, asked for, and nobody's to change. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld();
  await world.post('/v1/domains', { name: 'acme' });
});
after(() => world.stop());

interface Made {
  readonly id: string;
  readonly number: number;
  readonly createdBy: string | null;
}
interface Token {
  readonly id: string;
  readonly token: string;
}

const usual = { name: 'CRM', dialect: 'cloudevents', endpoint: { url: 'https://crm.example/hook' } };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = async (body: object = { kind: 'domain', domain: 'acme' }): Promise<Token> =>
  (await world.post('/v1/tokens', { name: 'integration', ...body })).json<Token>();
const create = async (token?: string, more: object = {}): Promise<Made> => {
  const answer = await world.post('/v1/subscriptions', { ...usual, ...more }, token ? bearer(token) : {});
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json<Made>();
};
const listed = async (createdBy: string, token?: string): Promise<readonly number[]> => {
  const url = `/v1/subscriptions?limit=500&createdBy=${createdBy}`;
  const answer = await world.ask({ url, ...(token && { headers: bearer(token) }) });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<{ items: Made[] }>().items.map(({ number }) => number);
};

test('each integration lists what it made, also after its token was rotated', async () => {
  const [one, other] = [await tokenOf(), await tokenOf()];
  const first = await create(one.token);
  const theirs = await create(other.token);
  const admins = await create();
  assert.deepEqual([first.createdBy, theirs.createdBy, admins.createdBy], [one.id, other.id, 'administrator']);
  const rotated = (await world.post(`/v1/tokens/${one.id}/rotate`, {})).json<Token>();
  const second = await create(rotated.token);
  assert.equal(second.createdBy, one.id);
  assert.deepEqual(await listed('me', rotated.token), [first.number, second.number]);
  assert.deepEqual(await listed(other.id, rotated.token), [theirs.number]);
  assert.deepEqual(await listed('me'), [admins.number]);
  assert.deepEqual(await listed('administrator'), [admins.number]);
  assert.deepEqual(await listed('nobody'), []);
});

test('asking for what somebody made shows nothing beyond the own scope', async () => {
  const [mine, strangers] = [await tokenOf(), await tokenOf({ kind: 'domain', domain: 'globex' })];
  const made = await create(mine.token);
  assert.deepEqual(await listed(mine.id, strangers.token), []);
  assert.deepEqual(await listed(mine.id, mine.token), [made.number]);
});

test('a page of what somebody made is full, whatever lies between', async () => {
  const mine = await tokenOf();
  const made: number[] = [];
  for (let index = 0; index < 3; index++) {
    made.push((await create(mine.token)).number);
    await create();
  }
  const found: number[] = [];
  for (let cursor = '0'; cursor !== null; ) {
    const url = `/v1/subscriptions?createdBy=${mine.id}&limit=2&cursor=${cursor}`;
    const page = (await world.ask({ url })).json<{ items: Made[]; next: string }>();
    assert.ok(page.next === null || page.items.length === 2);
    found.push(...page.items.map(({ number }) => number));
    cursor = page.next;
  }
  assert.deepEqual(found, made);
});

test('no change makes it another’s: neither by who changes it nor by what the body says', async () => {
  const mine = await tokenOf();
  const { id } = await create(mine.token);
  const url = `/v1/subscriptions/${id}`;
  const claims = { createdBy: 'administrator' };
  const changes = [
    ['PUT', { ...usual, scope: { domain: 'acme' }, ...claims }],
    ['PATCH', { notes: 'changed', ...claims }],
    ['PATCH', { createdBy: null, name: 'again' }],
  ] as const;
  for (const [method, payload] of changes) {
    const answer = await world.ask({ method, url, payload });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.json<Made>().createdBy, mine.id);
  }
  assert.equal((await create(mine.token, claims)).createdBy, mine.id, 'nor is it given to another when it is made');
  const { subscriptions } = await world.records.subscriptions.load();
  assert.equal(subscriptions.find((one) => one.id === id)?.createdBy, mine.id);
});
