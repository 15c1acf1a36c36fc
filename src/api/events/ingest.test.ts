import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { LogFullError } from '../../log/event-log.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import { systemClock } from '../../kit/clock.ts';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';
import { noContext } from '../../../test/support/encode-context.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld({ options: { maxBodyBytes: 1_000_000 } });
});
after(() => world.stop());

let count = 0;
const event = (more: object = {}): object => ({
  id: `e${count++}`,
  type: 'call.started',
  call: { id: 'c1' },
  ...more,
});

test('one event, several and lines of them are taken and answered in order', async () => {
  const head = world.deps.log.head();
  const one = await world.post('/v1/events', event({ id: 'single' }));
  assert.equal(one.statusCode, 202);
  assert.deepEqual(one.json(), { accepted: [{ id: 'single', seq: head + 1 }] });
  const many = await world.post('/v1/events', [event({ id: 'm1' }), event({ id: 'm2' })]);
  assert.deepEqual(many.json(), {
    accepted: [
      { id: 'm1', seq: head + 2 },
      { id: 'm2', seq: head + 3 },
    ],
  });
  const lines = `${JSON.stringify(event({ id: 'l1' }))}\n\n${JSON.stringify(event({ id: 'l2' }))}\r\n`;
  const ndjson = await world.post('/v1/events', lines, { 'content-type': 'application/x-ndjson' });
  assert.equal(ndjson.statusCode, 202);
  assert.equal(ndjson.json().accepted.length, 2);
});

test('CloudEvents are taken structured, in a batch and binary', async () => {
  const structured = {
    specversion: '1.0',
    id: 'ce1',
    source: '/pbx',
    type: 'offhook.leg.ringing',
    time: '2026-01-02T03:04:05Z',
    subject: 'call-9',
    data: { leg: { id: 'l1', extension: '101' } },
  };
  const one = await world.post('/v1/events', structured, { 'content-type': 'application/cloudevents+json' });
  assert.equal(one.statusCode, 202, one.body);
  const stored = (await world.ask({ url: '/v1/events/ce1' })).json();
  assert.equal(stored.type, 'leg.ringing');
  assert.equal(stored.call.id, 'call-9');
  assert.equal(stored.data.extra.source, '/pbx');
  assert.equal(stored.time, '2026-01-02T03:04:05.000Z');
  const batch = [{ ...structured, id: 'ce2' }];
  const many = await world.post('/v1/events', JSON.stringify(batch), {
    'content-type': 'application/cloudevents-batch+json; charset=utf-8',
  });
  assert.equal(many.json().accepted[0].id, 'ce2');
  const binary = await world.post(
    '/v1/events',
    { call: { id: 'c 2' } },
    {
      'ce-specversion': '1.0',
      'ce-id': 'ce3',
      'ce-source': '/pbx',
      'ce-type': 'call.started',
    },
  );
  assert.equal(binary.json().accepted[0].id, 'ce3');
});

test('what is delivered as CloudEvents can be sent in again', async () => {
  await world.post('/v1/events', event({ id: 'again' }));
  const stored = (await world.ask({ url: '/v1/events/again' })).json();
  const { dialects } = world.deps;
  const encoded = dialects[0]!.encode([stored], { ...noContext, method: 'POST', url: 'inbox:x', options: {} });
  assert.ok(encoded.kind === 'request');
  const back = JSON.parse(String(encoded.body));
  const answer = await world.post('/v1/events', back, { 'content-type': 'application/cloudevents+json' });
  assert.deepEqual(answer.json(), { accepted: [{ id: 'again', seq: stored.seq }] });
});

test('a known id gets the same answer again, with another body a conflict', async () => {
  const first = await world.post('/v1/events', event({ id: 'twice' }));
  const again = await world.post('/v1/events', event({ id: 'twice' }));
  assert.deepEqual(again.json(), first.json());
  const other = await world.post('/v1/events', event({ id: 'twice', call: { id: 'other' } }));
  assert.equal(other.statusCode, 409);
  assert.equal(other.json().code, 'event_id_conflict');
  assert.equal(other.json().field, 'id');
});

test('one that is not right among many stores nothing, and is named', async () => {
  const head = world.deps.log.head();
  const answer = await world.post('/v1/events', [event(), { type: 'call.startet', call: { id: 'x' } }]);
  assert.equal(answer.statusCode, 400);
  const problem = answer.json();
  assert.equal(problem.code, 'invalid_event');
  assert.equal(problem.field, '[1].type');
  assert.match(problem.remedy, /call\.started/);
  assert.equal(world.deps.log.head(), head);
});

test('an administrator speaks for the domain an event names; connector is the server’s', async () => {
  await world.post('/v1/events', event({ id: 'acme1', domain: 'acme', reseller: 'r1' }));
  const stored = (await world.ask({ url: '/v1/events/acme1' })).json();
  assert.deepEqual([stored.domain, stored.reseller, stored.connector], ['acme', 'r1', 'api']);
  const wrong = await world.post('/v1/events', event({ domain: 5 }));
  assert.equal(wrong.json().field, 'domain');
  const forged = await world.post('/v1/events', event({ connector: 'pbx1' }));
  assert.equal(forged.json().field, 'connector');
});

test('a body over the limit is refused before it is read', async () => {
  const declared = await world.ask({
    method: 'POST',
    url: '/v1/events',
    headers: { 'content-type': 'application/json', 'content-length': '1000001' },
    payload: '[]',
  });
  assert.equal(declared.statusCode, 413);
  assert.equal(declared.json().code, 'body_too_large');
  const large = await world.post('/v1/events', event({ data: { text: 'x'.repeat(300_000) } }));
  assert.ok(large.statusCode === 400 || large.statusCode === 413, large.body);
  const many = await world.post('/v1/events', `[${'{},'.repeat(10_000)}{}]`);
  assert.equal(many.json().code, 'batch_too_large');
});

test('among several, one whose id is known with another body is named, and the others are stored', async () => {
  await world.post('/v1/events', event({ id: 'taken' }));
  const head = world.deps.log.head();
  const other = event({ id: 'taken', call: { id: 'other' } });
  const answer = await world.post('/v1/events', [event({ id: 'free1' }), other, event({ id: 'free2' })]);
  assert.equal(answer.statusCode, 409);
  const { accepted, conflicts, field } = answer.json();
  assert.deepEqual(accepted, [
    { id: 'free1', seq: head + 1 },
    { id: 'free2', seq: head + 2 },
  ]);
  assert.deepEqual(conflicts, [{ index: 1, id: 'taken', seq: head }]);
  assert.equal(field, '[1].id');
  assert.equal((await world.ask({ url: '/v1/events/free2' })).statusCode, 200);
  const facts = world.api.routes.routes.find(({ method, path }) => method === 'POST' && path === '/v1/events')?.facts;
  const documented = facts?.answers?.[409]?.schema as TSchema;
  assert.deepEqual(Compile(documented).Errors(answer.json()), []);
});

test('half a character is refused wherever it stands, and the field is named', async () => {
  const head = world.deps.log.head();
  const call = '{"type":"call.started","call":{"id":"c"}}';
  const cases: readonly (readonly [string, string | undefined])[] = [
    [call.replace('"c"', '"\\ud800x"'), 'call.id'],
    [`[${call},${call.replace('"c"', '"x\\uDFFF"')}]`, '[1].call.id'],
    [call.replace('"c"', '"c","from":{"name":"\\ude00\\ud83d"}'), 'call.from.name'],
    [call.replace('"c"', '"c","custom":{"a":["\\ud800"]}'), 'call.custom.a[0]'],
    [call.replace('"c"', '"c","custom":{"\\ud800":1}'), 'call.custom'],
    [call.replace('}}', '},"extensions":["1\\ud800"]}'), 'extensions[0]'],
    [call.replace('}}', '},"data":{"note":"\\ud800"}}'), 'data.note'],
    [call.replace('}}', '},"\\ud800":1}'), undefined],
  ];
  for (const [payload, field] of cases) {
    const answer = await world.post('/v1/events', payload, { 'content-type': 'application/json' });
    const { code, detail, field: named } = answer.json();
    assert.deepEqual([answer.statusCode, code, named], [400, 'invalid_event', field], payload);
    assert.match(detail, /half a character/);
  }
  const data = Buffer.from('{"call":{"id":"\\ud800"}}').toString('base64');
  const cloud = `{"specversion":"1.0","id":"e","source":"/","type":"call.started","data_base64":"${data}"}`;
  const hidden = await world.post('/v1/events', cloud, { 'content-type': 'application/cloudevents+json' });
  assert.deepEqual([hidden.statusCode, hidden.json().field], [400, 'call.id']);
  assert.equal(world.deps.log.head(), head);
  const whole = call.replace('"c"', '"whole-\\ud83d\\ude00"');
  assert.equal((await world.post('/v1/events', whole, { 'content-type': 'application/json' })).statusCode, 202);
});

test('a body that is no UTF-8 is refused, whatever it is', async () => {
  const text = JSON.stringify(event({ id: 'latin', call: { id: 'Müller' } }));
  const latin = Buffer.from(text, 'latin1');
  for (const type of ['application/json', 'application/x-ndjson', 'application/cloudevents+json']) {
    const answer = await world.post('/v1/events', latin, { 'content-type': type });
    assert.equal(answer.statusCode, 400, answer.body);
    assert.equal(answer.json().code, 'malformed_body');
    assert.match(answer.json().detail, /UTF-8/);
  }
  assert.equal((await world.post('/v1/events', Buffer.from(text))).statusCode, 202);
});

test('a compressed body is refused by its encoding', async () => {
  for (const url of ['/v1/events', '/v1/subscriptions']) {
    const answer = await world.post(url, gzipSync(JSON.stringify(event())), { 'content-encoding': 'gzip' });
    assert.equal(answer.statusCode, 415);
    assert.match(answer.json().detail, /gzip/);
  }
});

test('bodies that are no events are refused with their reason', async () => {
  const cases: [string, string, string, number][] = [
    ['{', 'application/json', 'malformed_body', 400],
    ['', 'application/json', 'body_missing', 400],
    ['[]', 'application/json', 'malformed_body', 400],
    ['5', 'application/json', 'invalid_event', 400],
    ['[null]', 'application/json', 'invalid_event', 400],
    ['{}\n{', 'application/x-ndjson', 'malformed_body', 400],
    ['<a/>', 'application/xml', 'media_type_unsupported', 415],
    ['{}', 'application/cloudevents+json', 'invalid_event', 400],
    ['{}', 'application/cloudevents-batch+json', 'invalid_event', 400],
  ];
  for (const [body, type, code, status] of cases) {
    const answer = await world.post('/v1/events', body, { 'content-type': type });
    assert.equal(answer.json().code, code, `${type}: ${body}`);
    assert.equal(answer.statusCode, status);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
});

test('an Idempotency-Key gives the same answer to the same request, and refuses another', async () => {
  const body = { type: 'call.started', call: { id: 'idem' } };
  const headers = { 'idempotency-key': 'key-1' };
  const first = await world.post('/v1/events', body, headers);
  const again = await world.post('/v1/events', body, headers);
  assert.equal(first.statusCode, 202);
  assert.equal(again.body, first.body);
  assert.equal(again.statusCode, 202);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const other = await world.post('/v1/events', { ...body, call: { id: 'other' } }, headers);
  assert.equal(other.json().code, 'idempotency_key_reused');
  const wrong = await world.post('/v1/events', body, { 'idempotency-key': 'a b' });
  assert.equal(wrong.json().code, 'invalid_idempotency_key');
});

test('a log that takes nothing is told as 503 with a time to come back', async () => {
  const log = createMemoryEventLog({ clock: systemClock, idWindowMs: 1000 });
  log.append = () => Promise.reject(new LogFullError('full'));
  const full = await createApiWorld({ deps: { log } });
  try {
    const answer = await full.post('/v1/events', event());
    assert.equal(answer.statusCode, 503);
    assert.equal(answer.json().code, 'log_full');
    assert.ok(Number(answer.headers['retry-after']) > 0);
    const metrics = new Registry();
    full.deps.eventCounts.register(metrics);
    assert.match(await metrics.metrics(), /offhook_events_refused_total\{source="http",reason="log_full"\} 1/);
  } finally {
    await full.stop();
  }
});

test('whatever is refused is counted by its reason, also what was never read', async () => {
  const strict = await createApiWorld({ options: { maxBodyBytes: 1_000 } });
  try {
    const headers = { 'content-type': 'application/json' };
    const post = (payload: string | Buffer, more: Record<string, string> = {}) =>
      strict.ask({ method: 'POST', url: '/v1/events', payload, headers: { ...headers, ...more } });
    await post('x'.repeat(2_000));
    await post('{');
    await post(Buffer.from([0x22, 0xff, 0x22]));
    await post('{}', { 'content-type': 'text/plain' });
    await post('{"type":"nonsense"}');
    const metrics = new Registry();
    strict.deps.eventCounts.register(metrics);
    const lines = (await metrics.metrics()).match(/^offhook_events_refused_total.*/gm) ?? [];
    assert.deepEqual(lines.map((line) => line.replace(/.*reason="(\w+)"\} /, '$1 ')).sort(), [
      'body_too_large 1',
      'invalid_event 1',
      'malformed_body 2',
      'media_type_unsupported 1',
    ]);
  } finally {
    await strict.stop();
  }
});

test('without the right token nothing is read', async () => {
  const none = await world.ask({ method: 'POST', url: '/v1/events', payload: '[', headers: { authorization: '' } });
  assert.equal(none.json().code, 'token_missing');
  const wrong = await world.ask({ url: '/v1/events', headers: { authorization: 'Bearer wrong' } });
  assert.equal(wrong.statusCode, 401);
  assert.equal(wrong.json().code, 'token_wrong');
  assert.match(String(wrong.headers['www-authenticate']), /^Bearer/);
});
