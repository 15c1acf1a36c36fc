import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createEventChecker } from '../event-schema.ts';
import type { NewEvent } from '../event.ts';
import { eventCatalog, eventTypes } from '../event-types/index.ts';
import { createNumberReader, rulesFor } from '../numbers/index.ts';
import { createEventAccepter, type SenderFacts } from './accept.ts';

const numbers = createNumberReader(rulesFor('US', { internal: /^[0-9]{3}$/ }));
const nowMs = Date.UTC(2026, 10, 21, 9, 30);
const now = '2026-11-21T09:30:00.000Z';
const sender: SenderFacts = { connector: 'token-1', reseller: 'default', domain: 'acme', numbers, nowMs };
const accept = createEventAccepter();
const isEvent = createEventChecker();

function taken(json: unknown): NewEvent {
  const result = accept(json, sender);
  assert.ok('event' in result, JSON.stringify(result));
  return result.event;
}

function refused(json: unknown): string {
  const result = accept(json, sender);
  assert.ok('problem' in result, JSON.stringify(result));
  assert.ok(result.problem.message.length > 0 && result.problem.remedy.length > 0);
  return result.problem.field;
}

describe('taking in an event', () => {
  it('needs no more than a type and a call id, and says null where it knows nothing', () => {
    const event = taken({ type: 'call.started', call: { id: 'c1' } });
    assert.ok(isEvent(event));
    assert.match(event.id, /^[0-9a-z]{26}$/);
    assert.equal(event.time, now);
    assert.deepEqual([event.connector, event.reseller, event.domain], ['token-1', 'default', 'acme']);
    assert.equal(event.call?.state, 'ringing');
    assert.deepEqual(event.call?.from, { number: null, raw: null, name: null, kind: 'anonymous' });
    assert.equal(event.call?.startedAt, now);
    assert.equal(event.call?.answeredAt, null);
    assert.deepEqual(event.extensions, []);
  });

  it('makes every type from its least, and from its documented example', () => {
    for (const type of eventTypes) {
      const { reporter, example } = eventCatalog[type];
      const { connector: _, ...sent } = example;
      if (reporter === 'offhook') {
        assert.equal(refused(sent), 'type', type);
        continue;
      }
      const event = taken(sent);
      assert.ok(isEvent(event), type);
      assert.deepEqual(
        { ...event, connector: example.connector, seq: example.seq, acceptedAt: example.acceptedAt },
        example,
      );
      assert.ok(isEvent(taken({ type, call: { id: 'c1' } })), type);
    }
  });

  it('derives states, moments and the answerer’s extension from the type', () => {
    const event = taken({ type: 'leg.answered', extension: '101', call: { id: 'c1', from: '12157010680', to: 101 } });
    assert.deepEqual(event.leg?.id, 'c1:101');
    assert.deepEqual([event.leg?.state, event.leg?.answeredAt, event.leg?.role], ['answered', now, 'callee']);
    assert.deepEqual([event.call?.state, event.call?.answeredAt], ['answered', now]);
    assert.deepEqual([event.call?.direction, event.call?.from.number], ['inbound', '+12157010680']);
    assert.deepEqual(event.call?.to, { number: '101', raw: '101', name: null, kind: 'internal' });
    assert.deepEqual(event.extensions, ['101']);
  });

  it('knows what an ended call says about its talk', () => {
    const call = { id: 'c1', from: 101, to: '+13125550100', answeredAt: '2026-11-21T10:29:00+01:00' };
    const event = taken({ type: 'call.ended', call });
    assert.deepEqual(
      [event.call?.outcome, event.call?.talkMs, event.call?.direction],
      ['answered', 60_000, 'outbound'],
    );
    assert.equal(event.call?.startedAt, '2026-11-21T09:29:00.000Z');
    assert.deepEqual(event.extensions, ['101']);
    assert.equal(taken({ type: 'call.ended', call: { id: 'c1' } }).call?.outcome, null);
  });

  it('writes times in UTC, also inside data', () => {
    const event = taken({
      type: 'recording.ready',
      time: '2026-11-21T10:30:00.1239+01:00',
      data: { startedAt: '2026-11-20T23:00:00-05:00' },
    });
    assert.equal(event.time, '2026-11-21T09:30:00.123Z');
    assert.equal(event.data['startedAt'], '2026-11-21T04:00:00.000Z');
    assert.equal(event.data['url'], null);
  });

  it('keeps what it does not know', () => {
    const event = taken({
      type: 'call.started',
      crm: { lead: 7 },
      call: { id: 'c1', color: 'red', from: { raw: '101', badge: 1 }, origin: { via: 'x' } },
      data: { note: ['a', { b: null }] },
    });
    assert.deepEqual(event.data, { note: ['a', { b: null }], extra: { crm: { lead: 7 } } });
    const call = event.call as unknown as Record<string, Record<string, unknown>>;
    assert.equal(call['color'], 'red');
    assert.equal(call['from']?.['badge'], 1);
    assert.equal(call['origin']?.['via'], 'x');
  });

  it('reads where a call comes from; whom it is for took part, where the sender names nobody', () => {
    const origin = { source: 'api', requestId: 'r', billingCode: null, buttonId: 'b', onBehalfOf: '105' };
    const event = { type: 'call.started', call: { id: 'c', origin, from: { number: '7001', kind: 'internal' } } };
    assert.deepEqual(taken(event).call?.origin, origin);
    assert.deepEqual(taken(event).extensions, ['105', '7001']);
    assert.deepEqual(taken({ ...event, extensions: ['7'] }).extensions, ['7']);
    const bare = { type: 'call.started', call: { id: 'c', origin: { source: 'api' } } };
    assert.equal(taken(bare).call?.origin.onBehalfOf, null);
    const broken = { type: 'call.started', call: { id: 'c', origin: { onBehalfOf: '1\r\n2' } } };
    assert.equal(refused(broken), 'call.origin.onBehalfOf');
  });

  it('takes the sender’s word for a number’s kind', () => {
    const from = { number: '7001', kind: 'internal' };
    assert.deepEqual(taken({ type: 'call.started', call: { id: 'c', from } }).call?.from, {
      ...from,
      raw: '7001',
      name: null,
    });
  });

  it('keeps the named extensions and adds those the event is about, up to a limit', () => {
    const named = Array.from({ length: 200 }, (_, index) => String(1000 + index));
    const event = { type: 'leg.ringing', call: { id: 'c' }, extension: '1000', leg: { extension: '1001' } };
    assert.deepEqual(taken({ ...event, extensions: ['7', '7', ''] }).extensions, ['7', '1000', '1001']);
    assert.deepEqual(taken({ ...event, extensions: named }).extensions, named);
    assert.equal(refused({ ...event, extension: '101', extensions: named }), 'extensions');
    assert.equal(refused({ ...event, extensions: [...named, '1'] }), 'extensions');
  });

  it('ignores what only the log can say, and refuses another scope', () => {
    const sent = { type: 'call.started', call: { id: 'c1' }, seq: 9, acceptedAt: 'never' };
    assert.deepEqual(taken(sent).data, {});
    assert.ok(taken({ ...sent, connector: 'token-1', reseller: 'default', domain: 'acme' }));
    assert.equal(refused({ ...sent, connector: 'pbx1' }), 'connector');
    assert.equal(refused({ ...sent, reseller: 'other' }), 'reseller');
    assert.equal(refused({ ...sent, domain: 7 }), 'domain');
  });

  it('names the field that is wrong', () => {
    const call = { id: 'c1' };
    const cases: readonly (readonly [string, unknown])[] = [
      ['', null],
      ['', []],
      ['', 'call.started'],
      ['type', {}],
      ['type', { type: 'call.start' }],
      ['type', { type: 'charge.made' }],
      ['call.id', { type: 'call.started' }],
      ['call.id', { type: 'call.started', call: {} }],
      ['call.id', { type: 'leg.ended', leg: { id: 'l' } }],
      ['call.id', { type: 'message.received', leg: { id: 'l' } }],
      ['call.id', { type: 'call.started', call: { id: 'a\u0000b' } }],
      ['call.id', { type: 'call.started', call: { id: 'x'.repeat(257) } }],
      ['call', { type: 'call.started', call: 'c1' }],
      ['id', { type: 'call.started', call, id: 'a b' }],
      ['id', { type: 'call.started', call, id: '' }],
      ['id', { type: 'call.started', call, id: 'a\r\nx-evil: 1' }],
      ['time', { type: 'call.started', call, time: 'yesterday' }],
      ['time', { type: 'call.started', call, time: '2026-02-29T00:00:00.000Z' }],
      ['call.state', { type: 'call.started', call: { ...call, state: 'up' } }],
      ['call.from.kind', { type: 'call.started', call: { ...call, from: { kind: 'mobile' } } }],
      ['call.talkMs', { type: 'call.started', call: { ...call, talkMs: -1 } }],
      ['call.transfers[0].at', { type: 'call.started', call: { ...call, transfers: [{ at: 'x' }] } }],
      ['call.relatedCallIds', { type: 'call.started', call: { ...call, relatedCallIds: 'x' } }],
      ['leg.cause', { type: 'leg.ended', call, leg: { cause: 1001 } }],
      ['extensions[1]', { type: 'call.started', call, extensions: ['101', {}] }],
      ['data.reason', { type: 'queue.left', call, data: { reason: 'bored' } }],
      ['data.startedAt', { type: 'recording.ready', data: { startedAt: 'soon' } }],
      ['data', { type: 'queue.left', call, data: [] }],
    ];
    for (const [field, json] of cases) assert.equal(refused(json), field, JSON.stringify(json));
  });

  it('says which values would be right', () => {
    const result = accept({ type: 'queue.left', call: { id: 'c' }, data: { reason: 'bored' } }, sender);
    assert.ok('problem' in result);
    assert.match(result.problem.remedy, /^Send one of answered, abandoned, .*, or null\.$/);
    const mistyped = accept({ type: 'call.answerd' }, sender);
    assert.ok('problem' in mistyped);
    assert.match(mistyped.problem.remedy, /Did you mean call\.answered/);
  });

  it('refuses keys that poison prototypes, wherever they stand', () => {
    const parsed = (text: string): unknown => JSON.parse(text);
    const poison = '{"__proto__":{"admin":true}}';
    assert.equal(refused(parsed('{"type":"call.started","call":{"id":"c"},"__proto__":{}}')), '');
    assert.equal(refused(parsed('{"type":"call.started","call":{"id":"c","__proto__":{}}}')), 'call');
    assert.equal(refused(parsed(`{"type":"call.started","call":{"id":"c"},"data":{"a":[${poison}]}}`)), 'data.a[0]');
    assert.equal(refused(parsed('{"type":"call.started","call":{"id":"c"},"data":{"constructor":1}}')), 'data');
    assert.equal(refused(parsed('{"type":"call.started","call":{"id":"c","from":{"prototype":1}}}')), 'call.from');
  });

  it('bounds depth and size', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 30; level++) deep = [deep];
    assert.match(refused({ type: 'call.started', call: { id: 'c' }, data: { deep } }), /^data\.deep\[0\]/);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    assert.match(refused({ type: 'call.started', call: { id: 'c' }, data: circle }), /^data\.self/);
    const big = 'x'.repeat(300_000);
    assert.equal(refused({ type: 'call.started', call: { id: 'c' }, data: { big } }), 'data.big');
    assert.equal(refused({ type: 'call.started', call: { id: 'c', did: big } }), 'call.did');
  });

  it('never throws, and what it takes is a complete event that it takes again unchanged', () => {
    fc.assert(
      fc.property(hostileEvent, (json) => {
        const first = accept(json, sender);
        if ('problem' in first) return;
        assert.ok(isEvent(first.event), JSON.stringify(first.event));
        const again = accept(JSON.parse(JSON.stringify(first.event)), { ...sender, nowMs: 0 });
        assert.ok('event' in again, JSON.stringify(again));
        assert.deepEqual(JSON.parse(JSON.stringify(again.event)), JSON.parse(JSON.stringify(first.event)));
      }),
      { numRuns: 500 },
    );
  });
});

const anything = fc.anything({
  withDate: true,
  withMap: true,
  withBigInt: true,
  withNullPrototype: true,
  withSparseArray: true,
});
const word = fc.oneof(
  fc.string(),
  fc.constantFrom('101', '+12157010680', 'anonymous', '*98', 'answered', 'ended', 'internal'),
  anything,
);
const moment = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  anything,
);
const party = fc.oneof(word, fc.record({ number: word, raw: word, name: word, kind: word }, { requiredKeys: [] }));
const some = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape, { requiredKeys: [] });
const callShape = some({
  id: fc.oneof({ weight: 9, arbitrary: fc.string({ minLength: 1 }) }, { weight: 1, arbitrary: anything }),
  state: word,
  direction: word,
  outcome: word,
  from: party,
  to: party,
  did: word,
  answeredBy: fc.oneof(anything, some({ kind: word, extension: word })),
  startedAt: moment,
  answeredAt: moment,
  endedAt: moment,
  talkMs: fc.oneof(fc.double(), anything),
  origin: anything,
  transfers: fc.array(anything),
  relatedCallIds: fc.oneof(fc.array(fc.string()), anything),
  surprise: fc.jsonValue(),
});
const legShape = some({
  id: word,
  extension: word,
  role: word,
  state: word,
  startedAt: moment,
  endedAt: moment,
  cause: fc.nat(),
});
const hostileEvent = fc.oneof(
  anything,
  some({
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...eventTypes) }, { weight: 1, arbitrary: anything }),
    id: fc.oneof(fc.string(), anything),
    time: moment,
    user: word,
    extension: word,
    extensions: fc.oneof(fc.array(word), anything),
    call: fc.oneof({ weight: 9, arbitrary: callShape }, { weight: 1, arbitrary: anything }),
    leg: fc.oneof(legShape, anything),
    data: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), anything),
    surprise: fc.jsonValue(),
  }),
  fc
    .record({
      type: fc.constantFrom(...eventTypes),
      id: fc.string({ minLength: 1 }),
      call: fc.string({ minLength: 1 }),
      more: fc.jsonValue(),
    })
    .map(({ type, id, call, more }) => ({ type, id, call: { id: call, more }, data: { more } })),
);
