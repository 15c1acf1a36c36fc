import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { dialects } from '../../dialects/registry.ts';
import { template } from '../../dialects/template/index.ts';
import { headerRecord } from '../../delivery/sender/headers.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { openMemoryRecords } from '../../records/sqlite/records.ts';
import { TestLimit } from './test-limit.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const endpoint = {
  url: 'https://good.example/hook',
  auth: { kind: 'headers', headers: { 'X-Api-Key': 'the-key' } },
  signing: { secrets: [secret] },
};

async function createPreviewWorld(more: object = {}) {
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender });
  const body = { name: 'n', dialect: 'cloudevents', endpoint, ...more };
  const made = (await world.post('/v1/subscriptions', body)).json<{ id: string; number: number }>();
  const post = (what: string, chosen: object = {}) => world.post(`/v1/subscriptions/${made.id}/${what}`, chosen);
  return { ...world, ...made, sender, to: post };
}

test('a preview says what would be sent, without credentials and signature, and sends nothing', async () => {
  const world = await createPreviewWorld();
  try {
    const event = { id: 'e1', type: 'call.started', call: { id: 'c1' } };
    const { accepted } = (await world.post('/v1/events', event)).json();
    await world.deps.delivery.settledUpTo(accepted[0].seq);
    const answer = await world.to('preview', { eventId: 'e1' });
    const told = answer.json();
    assert.deepEqual([told.event.example, told.refusal, told.encoding], [false, null, null]);
    const { headers, body, url } = told.request;
    assert.deepEqual([url, headers['x-api-key'], headers['webhook-signature']], [endpoint.url, '***', '***']);
    assert.equal(headers['x-offhook-event'], 'e1');
    assert.equal(JSON.parse(body).id, 'e1');
    assert.ok(!answer.body.includes('the-key'));
    // The delivery that was made shows the same request.
    const delivery = (await world.ask({ url: `/v1/deliveries/${world.number}-${told.event.seq}` })).json();
    assert.equal(delivery.request.body, body);
    assert.equal(delivery.request.headers['x-offhook-attempt'], '1');
    assert.equal(world.sender.requests.length, 1);
  } finally {
    await world.stop();
  }
});

test('an example of a type stands in the subscription’s scope, and is told where it would not come through', async () => {
  const world = await createPreviewWorld({
    scope: { domain: 'default', extension: '555' },
    filter: 'extension == "1"',
  });
  try {
    const told = (await world.to('preview', { type: 'leg.answered' })).json();
    assert.deepEqual([told.event.type, told.event.example], ['leg.answered', true]);
    assert.deepEqual(told.refusal, { reason: 'filtered', detail: null });
    assert.match(told.request.body, /"555"/);
    const wrong = (await world.to('preview', { type: 'leg.nothing' })).json();
    assert.deepEqual([wrong.code, wrong.field], ['invalid_field', 'type']);
    assert.equal((await world.to('preview', { seq: 999 })).json().code, 'event_not_found');
  } finally {
    await world.stop();
  }
});

test('a test is sent once, signed and marked, counts for nothing, and says what came of it', async () => {
  const world = await createPreviewWorld({ enabled: false });
  try {
    world.sender.answers.set('good.example', 401);
    const told = (await world.to('test')).json();
    assert.equal(told.refusal.reason, 'disabled');
    assert.deepEqual([told.result.outcome, told.result.status, told.result.excerpt], ['failed', 401, 'said 401']);
    assert.match(told.result.remedy, /auth/);
    const [sent] = world.sender.requests;
    const headers = headerRecord(sent?.headers ?? []);
    assert.equal(headers['x-offhook-test'], '1');
    assert.equal(headers['x-api-key'], 'the-key');
    assert.match(headers['webhook-signature'] ?? '', /^v1,/);
    // No delivery id of a real one: its receiver would take that for a repetition.
    assert.match(headers['x-offhook-delivery'] ?? '', /^\d+-test-/);
    const again = await world.to('test');
    assert.deepEqual([again.statusCode, again.json().code], [429, 'too_many_tests']);
    assert.ok(Number(again.headers['retry-after']) >= 1);
    const shown = (await world.ask({ url: `/v1/subscriptions/${world.id}` })).json();
    assert.deepEqual([shown.counters.posts, shown.counters.errors, shown.lastError], [0, 0, null]);
    assert.deepEqual((await world.ask({ url: '/v1/deliveries' })).json().items, []);
    assert.equal(world.sender.requests.length, 1);
  } finally {
    await world.stop();
  }
});

test('tests are apart for each subscription, and few at a time for each domain and over all', () => {
  const clock = new ManualClock();
  const limit = new TestLimit(clock);
  assert.equal(limit.begin(1, 'a'), null);
  assert.match(limit.begin(1, 'a')?.why ?? '', /subscription is under way/);
  limit.ended(1, 'a', true);
  clock.advance(1_999);
  assert.deepEqual(limit.begin(1, 'a'), { waitMs: 1, why: 'A test of this subscription was just sent.' });
  clock.advance(1);
  for (let number = 1; number <= 3; number++) assert.equal(limit.begin(number, 'a'), null);
  assert.match(limit.begin(4, 'a')?.why ?? '', /^3 tests of this domain/);
  for (let number = 11; number <= 27; number++) assert.equal(limit.begin(number, `b${number % 6}`), null);
  assert.match(limit.begin(30, 'c')?.why ?? '', /^20 tests on this server/);
  limit.ended(2, 'a', true);
  assert.equal(limit.begin(30, 'c'), null);
  limit.ended(30, 'c', false);
  assert.equal(limit.begin(30, 'c'), null, 'nothing was sent: there is nothing to be apart from');
  limit.ended(30, 'c', true);
  assert.equal(limit.begin(4, 'a'), null);
});

test('a tenant whose receivers hang leaves others their tests', async () => {
  const world = await createPreviewWorld();
  try {
    world.sender.answers.set('good.example', 'held');
    const subscribe = async (domain: string) => {
      const body = { name: 'n', dialect: 'cloudevents', endpoint, scope: { domain } };
      return (await world.post('/v1/subscriptions', body)).json<{ id: string }>().id;
    };
    const testOf = (id: string) => world.post(`/v1/subscriptions/${id}/test`, {});
    const held = [];
    for (let count = 0; count < 3; count++) held.push(testOf(await subscribe('default')));
    await world.sender.came(3);
    const sent = world.sender.came(4).then(() => null);
    const refused = await Promise.race([testOf(await subscribe('default')), sent]);
    assert.ok(refused, 'a fourth test was sent');
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'too_many_tests']);
    assert.match(refused.json().detail, /this domain/);
    held.push(testOf(await subscribe('globex')));
    await sent;
    world.sender.release(200);
    for (const one of await Promise.all(held)) assert.equal(one.json().result.outcome, 'delivered', one.body);
  } finally {
    await world.stop();
  }
});

/** A template whose rendering takes so long. */
async function createSlowWorld(renderMs: number) {
  const clock = new ManualClock();
  const encode: Dialect['encode'] = (events, context) => {
    clock.compute(renderMs);
    return template.encode(events, context);
  };
  const records = await openMemoryRecords();
  const slow = dialects.map((one) => (one === template ? { ...template, encode } : one));
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender, deps: { clock, dialects: slow, attempts: records.attempts } });
  const subscribe = async (domain: string, dialect = 'template') => {
    // Disabled: nothing is delivered, and the clock goes on by what is looked at alone.
    const body = { name: 'n', dialect, endpoint: { url: 'https://good.example/hook' }, scope: { domain } };
    const made = await world.post('/v1/subscriptions', { ...body, enabled: false });
    return made.json<{ id: string; number: number }>();
  };
  const look = (what: string, { id }: { readonly id: string }) => world.post(`/v1/subscriptions/${id}/${what}`, {});
  return { ...world, records, clock, sender, subscribe, look };
}

test('a test that was refused for its template may be sent as soon as its Retry-After says', async () => {
  const world = await createSlowWorld(60);
  try {
    const { clock, look } = world;
    const mine = await world.subscribe('default');
    assert.equal((await look('preview', mine)).statusCode, 200);
    const refused = await look('test', mine);
    assert.deepEqual([refused.json().code, refused.headers['retry-after']], ['too_much_rendering', '1']);
    clock.advance(1_000);
    const sent = await look('test', mine);
    assert.equal(sent.statusCode, 200, sent.body);
    assert.equal(world.sender.requests.length, 1);
  } finally {
    await world.stop();
    await world.records.close();
  }
});

test('looking at slow templates has a share of the time; past it 429, for that domain alone', async () => {
  const world = await createSlowWorld(60);
  try {
    const { clock, records, look } = world;
    const mine = await world.subscribe('default');
    const plain = await world.subscribe('default', 'cloudevents');
    const others = await world.subscribe('globex');
    assert.equal((await look('preview', mine)).statusCode, 200);
    // 60 ms at 5 % are made up for in 1200 ms, of which a second is taken at once.
    for (const what of ['preview', 'test']) {
      const refused = await look(what, mine);
      assert.deepEqual([refused.statusCode, refused.json().code], [429, 'too_much_rendering'], refused.body);
      assert.equal(refused.headers['retry-after'], '1');
    }
    assert.equal(world.sender.requests.length, 0);
    assert.equal((await look('preview', plain)).statusCode, 200);
    assert.equal((await look('preview', others)).statusCode, 200);

    const seq = (await world.post('/v1/events', { type: 'message.received', data: {} })).json().accepted[0].seq;
    const row = { endpoint: 1, attempt: 1, outcome: 'delivered' as const, status: 200, durationMs: 1, detail: null };
    const made = { ...row, subscription: mine.number, seq, replay: 0, batch: seq, startedAt: clock.now() };
    const nothing = { park: [], unpark: [], detach: [], attach: [], counters: [] };
    await records.delivery.flush({ attempts: [made], ...nothing, replays: [], replayCounts: [], checkpoint: null });
    const shown = (await world.ask({ url: `/v1/deliveries/${mine.number}-${seq}` })).json();
    assert.deepEqual([shown.state, shown.attempts.length, shown.request], ['delivered', 1, null]);
    assert.equal(shown.encoding.kind, 'later');

    clock.advance(200);
    assert.equal((await look('preview', mine)).statusCode, 200);
  } finally {
    await world.stop();
    await world.records.close();
  }
});

test('looking at quick templates is not counted', async () => {
  const world = await createSlowWorld(0.9);
  try {
    const mine = await world.subscribe('default');
    for (let count = 0; count < 100; count++) assert.equal((await world.look('preview', mine)).statusCode, 200);
  } finally {
    await world.stop();
    await world.records.close();
  }
});

test('a token that would be asked for is shown as a header, and not asked for by a preview', async () => {
  const auth = { kind: 'oauth2-client-credentials', tokenUrl: 'https://login.example/', clientId: 'c' };
  const target = { ...endpoint, auth: { ...auth, clientSecret: 'planted' } };
  const world = await createPreviewWorld({ endpoint: target });
  try {
    const told = (await world.to('preview')).body;
    assert.equal(JSON.parse(told).request.headers.authorization, '***');
    assert.doesNotMatch(told, /planted/);
    assert.equal(world.sender.requests.length, 0);
  } finally {
    await world.stop();
  }
});
