/** Extensions that were declared, and those that a phone system has shown. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { eventOf } from '../../../test/support/builders.ts';
import type { NewEvent } from '../../model/event.ts';

interface Facts {
  readonly id: number | null;
  readonly number: string;
  readonly type: string;
  readonly displayName: string;
  readonly source: string;
  readonly connector: string | null;
  readonly state: string | null;
}
interface Page {
  readonly items: readonly Facts[];
  readonly next: string | null;
}

const about = (type: NewEvent['type'], extension: string, data: NewEvent['data'], domain = 'acme'): NewEvent =>
  eventOf({ type, domain, extension, extensions: [extension], call: null, connector: 'pbx1', data });
const shows = (number: string, changes: NewEvent['data'] = {}, domain = 'acme'): NewEvent =>
  about(
    'subscriber.updated',
    number,
    { change: 'created', type: 'phone', name: `Found ${number}`, ...changes },
    domain,
  );

async function openWorld(t: TestContext) {
  const world = await createApiWorld();
  t.after(() => world.stop());
  const list = async (query = '', headers = {}): Promise<Page> => {
    const answer = await world.ask({ url: `/v1/extensions?${query}`, headers });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<Page>();
  };
  const declare = async (number: string, more: object = {}): Promise<Facts> => {
    const answer = await world.post('/v1/extensions', { domain: 'acme', number, ...more });
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json<Facts>();
  };
  await world.post('/v1/domains', { name: 'acme' });
  return { world, list, declare, log: world.deps.log };
}

test('what a phone system shows is listed behind what was declared, and never in its place', async (t) => {
  const { list, declare, log } = await openWorld(t);
  const declared = await declare('101', { displayName: 'Bob', type: 'ivr' });
  assert.deepEqual([declared.source, declared.connector, declared.state], ['declared', null, null]);
  await log.append([
    shows('102'),
    shows('101'),
    about('presence.changed', '101', { state: 'on_call' }),
    about('presence.changed', '102', { state: 'offline' }),
  ]);
  const { items, next } = await list();
  assert.deepEqual(
    items.map(({ id, number, type, displayName, source, connector, state }) => [
      ...[id, number, type, displayName],
      ...[source, connector, state],
    ]),
    [
      [declared.id, '101', 'ivr', 'Bob', 'declared', null, 'on_call'],
      [null, '102', 'phone', 'Found 102', 'discovered', 'pbx1', 'offline'],
    ],
  );
  assert.equal(next, null);
});

test('declaring a number that was found makes it a record; one that is gone is listed no more', async (t) => {
  const { list, declare, log } = await openWorld(t);
  await log.append([shows('102'), shows('103')]);
  await declare('102');
  await log.append([shows('103', { change: 'deleted' })]);
  const { items } = await list();
  assert.deepEqual(
    items.map(({ number, source }) => [number, source]),
    [['102', 'declared']],
  );
});

test('page after page, all of both kinds come', async (t) => {
  const { list, declare, log } = await openWorld(t);
  for (const number of ['101', '102', '103']) await declare(number);
  await log.append(['201', '202', '203', '204'].map((number) => shows(number)));
  const numbers: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { items, next }: Page = await list(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    assert.ok(items.length <= 2);
    numbers.push(...items.map(({ number }) => number));
    cursor = next;
  }
  assert.deepEqual(numbers, ['101', '102', '103', '201', '202', '203', '204']);
  assert.deepEqual(
    (await list('number=203')).items.map(({ number }) => number),
    ['203'],
  );
  assert.deepEqual((await list('limit=3')).items.length, 3);
});

test('nobody lists what a phone system of another domain has shown', async (t) => {
  const { world, list, log } = await openWorld(t);
  await log.append([shows('102'), shows('202', {}, 'globex')]);
  const { token } = (await world.post('/v1/tokens', { name: 't', kind: 'domain', domain: 'globex' })).json<{
    token: string;
  }>();
  const { items } = await list('', { authorization: `Bearer ${token}` });
  assert.deepEqual(
    items.map(({ number }) => number),
    ['202'],
  );
});

test('what goes on shows the agents who are logged in', async (t) => {
  const { world, log } = await openWorld(t);
  const agent = { agent: 'PJSIP/101', agentName: 'Bob', extension: '101', number: null, kind: 'local' };
  const data = { ...agent, state: 'paused', previousState: null, reason: 'lunch', queues: ['support'], by: null };
  await log.append([about('agent.state_changed', '101', data)]);
  const answer = await world.ask({ url: '/v1/live' });
  const { agents } = answer.json<{ agents: object[] }>();
  const { state, reason, queues } = data;
  const whose = { reseller: 'default', domain: 'acme', connector: 'pbx1' };
  assert.deepEqual(agents, [{ ...whose, ...agent, state, reason, queues, since: '2026-01-01T00:00:00.000Z' }]);
});
