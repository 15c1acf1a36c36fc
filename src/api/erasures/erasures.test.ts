import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';

const number = '+12157010680';
const digits = '12157010680';
const sender = createScriptedSender();

let world: ApiWorld;
before(async () => {
  world = await createApiWorld({ sender });
  for (const name of ['acme', 'other']) await made('/v1/domains', { name });
});
after(() => world.stop());

async function made(url: string, body: object): Promise<Record<string, unknown>> {
  const answer = await world.post(url, body);
  assert.ok([201, 202].includes(answer.statusCode), answer.body);
  return answer.json();
}
const message = (domain: string, text: string, more: object = {}): object => ({
  ...{ type: 'message.received', domain, extension: '101', data: { text } },
  ...more,
});
const send = (...events: object[]): Promise<object> => made('/v1/events', events);
/** Requests that are injected leave timers no time by themselves. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const get = async (url: string) => (await world.ask({ url })).json();
const textsOf = async (domain: string): Promise<string[]> =>
  (await get(`/v1/events?type=message.received&domain=${domain}`)).items.map(
    ({ data }: { data: { text: string } }) => data.text,
  );
const tokenOf = async (body: object): Promise<Record<string, string>> => {
  const { token } = await made('/v1/tokens', { name: 'n', ...body });
  return { authorization: `Bearer ${token as string}` };
};

async function erased(body: object, headers: Record<string, string> = {}) {
  const ordered = await world.post('/v1/erasures', body, headers);
  assert.equal(ordered.statusCode, 202, ordered.body);
  const { number: of } = ordered.json<{ number: number }>();
  assert.equal(ordered.headers['location'], `/v1/erasures/${of}`);
  for (;;) {
    const now = (await world.ask({ url: `/v1/erasures/${of}`, headers })).json();
    if (now.state === 'done') return now;
    await turn();
  }
}

test('an erasure is looked at before, ordered, watched, listed, and audited without the number', async () => {
  await send(message('acme', `call ${number}`), message('acme', 'nothing'), message('other', `it is ${number}`));
  const dry = await world.post('/v1/erasures', { number, dryRun: true });
  assert.equal(dry.statusCode, 200, dry.body);
  const { dryRun, found, complete } = dry.json();
  assert.deepEqual([dryRun, found.events, complete], [true, 2, true]);
  assert.deepEqual((await textsOf('acme')).toSorted(), [`call ${number}`, 'nothing']);
  const done = await erased({ number });
  assert.deepEqual([done.erased.events, done.share, done.reseller, done.domain, done.remains], [2, 1, '*', '*', 0]);
  assert.equal(done.createdBy, 'administrator');
  assert.deepEqual((await textsOf('acme')).toSorted(), ['call erased', 'nothing']);
  assert.deepEqual(await textsOf('other'), ['it is erased']);
  const again = await erased({ number });
  assert.deepEqual(again.erased, { events: 0, calls: 0, attempts: 0, audit: 0, answers: 0, inbox: 0, other: 0 });
  const listed = await get('/v1/erasures?limit=1');
  assert.deepEqual([listed.items[0].number, listed.next], [again.number, String(again.number)]);
  assert.equal((await get(`/v1/erasures?cursor=${listed.next}`)).items[0].number, done.number);
  const audit = await get('/v1/audit?object=erasure');
  assert.equal(audit.items.length, 2);
  assert.deepEqual([audit.items[0].action, audit.items[0].author.name], ['created', 'administrator']);
  await world.announcer.idle();
  for (const text of [JSON.stringify(audit), JSON.stringify(await get('/v1/events?limit=500'))]) {
    assert.ok(!text.includes(digits), text);
  }
});

test('what is no phone number is refused, with the field, and never repeated', async () => {
  const wrong: [object, string][] = [
    [{ number: '101' }, 'number'],
    [{ number: 'alice-2157010680' }, 'number'],
    [{ number: `${number}x` }, 'number'],
    [{ number, alsoWritten: ['2157010680', '12'] }, 'alsoWritten[1]'],
    [{ number: 12_157_010_680 }, 'number'],
    [{ number, alsoWritten: '2157010680' }, 'alsoWritten'],
    [{}, 'number'],
  ];
  for (const [body, field] of wrong) {
    const answer = await world.post('/v1/erasures', body);
    assert.deepEqual([answer.statusCode, answer.json().field], [400, field], answer.body);
    assert.ok(!answer.body.replace('Write it as E.164 (+12157010680)', '').includes('2157010680'), answer.body);
  }
  for (const path of ['/v1/erasures/999', '/v1/erasures/1000000']) {
    assert.equal((await world.ask({ url: path })).json().code, 'erasure_not_found');
  }
});

test('a domain’s administrator erases in that domain alone, and sees nobody else’s erasures', async () => {
  await send(message('acme', `of ${number}`), message('other', `at ${number}`));
  const own = await tokenOf({ kind: 'domain', domain: 'acme' });
  const foreign = await tokenOf({ kind: 'domain', domain: 'other' });
  const user = await tokenOf({ kind: 'user', domain: 'acme', user: 'bob' }).catch(() => null);
  const refused = await world.post('/v1/erasures', { number, domain: 'other' }, own);
  assert.deepEqual([refused.statusCode, refused.json().code], [403, 'outside_scope']);
  const lookedAt = await world.post('/v1/erasures', { number, domain: 'other', dryRun: true }, own);
  assert.equal(lookedAt.statusCode, 403);
  assert.equal((await world.post('/v1/erasures', { number, dryRun: true }, own)).json().found.events, 1);
  const done = await erased({ number }, own);
  assert.deepEqual([done.domain, done.erased.events], ['acme', 1]);
  assert.ok((await textsOf('acme')).includes('of erased'));
  assert.ok((await textsOf('other')).includes(`at ${number}`));
  assert.equal((await world.ask({ url: `/v1/erasures/${done.number}`, headers: foreign })).statusCode, 404);
  assert.deepEqual((await world.ask({ url: '/v1/erasures', headers: foreign })).json().items, []);
  const scoped = await erased({ number, domain: 'other' });
  assert.deepEqual([scoped.reseller, scoped.domain, scoped.erased.events], ['*', 'other', 1]);
  if (user) assert.equal((await world.post('/v1/erasures', { number }, user)).json().code, 'kind_not_allowed');
});

test('what is set up with it is named in the dry run and stays', async () => {
  const extension = await made('/v1/extensions', { domain: 'acme', number: '101', dids: [number] });
  const filter = `has(data.text) && data.text == "${number}"`;
  const subscription = await made('/v1/subscriptions', {
    ...{ name: 's', dialect: 'cloudevents', scope: { domain: 'acme' }, filter, endpoint: { url: 'inbox:named' } },
  });
  const { configuration } = (await world.post('/v1/erasures', { number, dryRun: true })).json();
  assert.deepEqual(configuration, {
    ...{ extensions: [extension['id']], users: [], subscriptions: [subscription['number']], replays: [] },
  });
  await world.announcer.idle();
  const done = await erased({ number });
  assert.ok(done.erased.audit >= 2, 'what the audit told of them is history');
  assert.ok(done.erased.events >= 2);
  assert.deepEqual((await get(`/v1/extensions/${extension['id'] as number}`)).dids, [number]);
  assert.ok(!JSON.stringify(await get('/v1/audit?limit=500')).includes(digits));
});

test('a call in progress that names it is counted', async () => {
  world.calls.push({ call: { id: 'live', state: 'answered', from: { number } } } as never);
  assert.equal((await world.post('/v1/erasures', { number, dryRun: true })).json().liveCalls, 1);
  assert.equal((await erased({ number })).liveCalls, 1);
  world.calls.length = 0;
});

test('deliveries that wait are read again, and one under way is tried again without the number', async () => {
  sender.answers.set('slow.example', 'held');
  await made('/v1/subscriptions', {
    ...{ name: 'slow', dialect: 'cloudevents', scope: { domain: 'acme' }, events: ['message.received'] },
    ...{ endpoint: { url: 'https://slow.example/hook', maxInFlight: 1 }, retry: { maxAttempts: 3, delays: ['1h'] } },
  });
  const before = sender.requests.length;
  await send(
    ...['one', 'two', 'three'].map((text, at) => message('acme', `${text} ${number}`, { extension: `10${at}` })),
  );
  await sender.came(before + 1);
  const bodyOf = (at: number): string => String(sender.requests[before + at]?.body);
  assert.match(bodyOf(0), /one \+12157010680/);
  const ordered = (await world.post('/v1/erasures', { number })).json();
  const isAttached = async (): Promise<boolean> =>
    (await get('/v1/endpoints')).items.find(({ key }: { key: string }) => key.includes('slow')).attached;
  while (await isAttached()) await turn();
  assert.equal((await get(`/v1/erasures/${ordered.number}`)).stage, 'deliveries', 'it waits for what is under way');
  sender.release(503);
  for (const count of [2, 3]) {
    await sender.came(before + count);
    assert.match(bodyOf(count - 1), /(?:two|three) erased/);
    sender.release(200);
  }
  while ((await get(`/v1/erasures/${ordered.number}`)).state !== 'done') await turn();
  const [parked] = (await get('/v1/deliveries/parked')).items;
  const retried = await world.post(`/v1/deliveries/${parked.delivery}/retry`, {});
  assert.equal(retried.statusCode, 200, retried.body);
  await sender.came(before + 4);
  assert.match(bodyOf(3), /one erased/);
  sender.answers.delete('slow.example');
  sender.release(200);
  await world.deps.delivery.settledUpTo(world.deps.log.head());
});

test('a source that sends an erased event again is told that it is known', async () => {
  const event = message('acme', `again ${number}`, { id: 'sent-twice' });
  await send(event);
  await erased({ number });
  const again = await world.post('/v1/events', event);
  assert.equal(again.statusCode, 202, again.body);
  assert.equal((await textsOf('acme')).filter((text) => text.startsWith('again')).length, 1);
});
