import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Call, Leg } from '../call.ts';
import type { Event } from '../event.ts';
import { createEventChecker } from '../event-schema.ts';
import { eventCatalog } from '../event-types/index.ts';
import { alice, answeredCall, answeredLeg, supportLine } from '../event-types/examples.ts';
import type { JournalLeg } from '../leg-facts.ts';
import { erasedNumber } from './erased-number.ts';
import { eraseEvent, eraseRecord, spellingsIn } from './erase-event.ts';
import { hasRun } from './erase-runs.ts';
import { countsInData, keptInData, timesInData } from './kept-fields.ts';

const number = erasedNumber(['+12157010680']);
const examples: readonly Event[] = Object.values(eventCatalog).map(({ example }) => example);
const withoutPlace = ({ seq: _seq, acceptedAt: _acceptedAt, ...event }: Event): unknown => event;
const isValid = createEventChecker();
const { example } = eventCatalog['leg.answered'];

test('every documented event is still one, and does not name the number', () => {
  let changed = 0;
  for (const event of examples) {
    const erased = eraseEvent(event, number);
    assert.ok(isValid(withoutPlace(erased)), `${event.type}: ${JSON.stringify(erased)}`);
    assert.equal(hasRun(JSON.stringify(erased), number), false, event.type);
    const named = JSON.stringify(event).includes('12157010680');
    assert.equal(erased !== event, named, event.type);
    if (named) changed++;
    assert.equal(JSON.stringify(eraseEvent(erased, number)), JSON.stringify(erased), `${event.type}, a second time`);
  }
  assert.ok(changed > 20, `${changed} of them name it`);
});

test('of a party the number, what the phone system wrote and the name go; everything else stays', () => {
  const erased = eraseEvent(example, number);
  const party = { number: null, raw: 'erased', name: null, kind: 'external' };
  assert.deepEqual(erased, { ...example, call: { ...(example.call as Call), from: party } });
});

test('how else the phone system writes it is looked for in the whole event', () => {
  const from = { ...alice, raw: '0-215-701-0680' };
  const body = {
    call: { ...answeredCall, from, did: '2157010680', trunk: 'PJSIP/02157010680-1' },
    leg: { ...answeredLeg, number: '02157010680', name: 'Alice' },
    data: { note: 'rang 0215 701 0680 twice' },
  };
  const erased = eraseEvent(body, number);
  assert.deepEqual(spellingsIn(body, number), ['02157010680']);
  // The national number without its zero was written for nobody: it may be anybody's.
  assert.equal(erased.call?.did, '2157010680');
  assert.equal(erased.call?.trunk, 'PJSIP/erased-1');
  assert.deepEqual([erased.leg?.number, erased.leg?.name], [null, null]);
  assert.deepEqual(erased.data, { note: 'rang erased twice' });
});

test('an account or extension that a party is written as is not taken for the number', () => {
  const body = {
    call: { ...answeredCall, from: { ...alice, raw: '1234567' } },
    leg: answeredLeg,
    data: { code: '1234567' },
  };
  const erased = eraseEvent(body, number);
  assert.deepEqual(erased.data, { code: '1234567' });
  assert.equal(erased.call?.from.raw, 'erased');
});

test('another party’s number stays, also where its name is the erased one', () => {
  const to = { ...supportLine, name: '12157010680' };
  const { call } = eraseEvent({ call: { ...answeredCall, to }, leg: null, data: {} }, number);
  assert.deepEqual(call?.to, { ...to, name: 'erased' });
});

test('what a sender added is searched whole: numbers, names of fields, names beside a number', () => {
  const data = {
    from: '+12157010680',
    fromName: 'Alice',
    text: '+1 215 701 0680 is me',
    callerId: '12157010680',
    extra: {
      caller: 12_157_010_680,
      '+12157010680': { raw: 'tel:+12157010680', name: 'Alice', age: 41 },
      erased: 1,
      list: ['12157010680', { number: '12157010680', name: 'A' }],
    },
  };
  assert.deepEqual(eraseEvent({ call: null, leg: null, data }, number).data, {
    from: 'erased',
    fromName: null,
    text: 'erased is me',
    callerId: 'erased',
    extra: {
      caller: 'erased',
      'erased-2': { raw: 'erased', name: null, age: 41 },
      erased: 1,
      list: ['erased', { number: null, name: null }],
    },
  });
});

test('ids, times and counts stay, whatever digits they have', () => {
  const short = erasedNumber(['202611']);
  const body = {
    call: { ...answeredCall, id: 'c-202611', talkMs: 202_611, relatedCallIds: ['202611'] },
    leg: { ...answeredLeg, id: '202611', startedAt: '2026-11-21T09:30:00.000Z' },
    data: {
      messageId: '202611',
      durationMs: 202_611,
      startedAt: '2026-11-21T09:30:00.000Z',
      media: [{ sizeBytes: 202_611 }],
    },
  };
  assert.equal(eraseEvent(body, short), body);
});

test('the lists of kept fields are those of the schemas', () => {
  const properties = Object.values(eventCatalog).flatMap(({ data }) => Object.entries(data.properties));
  const hasType = (schema: unknown, is: (one: { type?: string; format?: string }) => boolean): boolean => {
    const { anyOf } = schema as { anyOf?: readonly object[] };
    return (anyOf ?? [schema as object]).some(is);
  };
  const named = (is: (one: { type?: string; format?: string }) => boolean): string[] =>
    [...new Set(properties.filter(([, schema]) => hasType(schema, is)).map(([name]) => name))].sort();
  assert.deepEqual(
    named(({ type }) => type === 'integer' || type === 'number'),
    [...countsInData].sort(),
  );
  assert.deepEqual(
    named(({ format }) => format === 'date-time'),
    [...timesInData].sort(),
  );
  // What puts events in order hangs on these.
  for (const name of ['messageId', 'messageSessionId', 'chatId']) assert.ok(keptInData(name, 'x'), name);
});

const legOf = (name: string): Leg => ({ ...answeredLeg, number: '+12157010680', name });

test('the record of a call loses it in all its legs', () => {
  const record = { call: answeredCall, legs: [legOf('Alice'), answeredLeg] };
  const erased = eraseRecord(record, number);
  assert.equal(hasRun(JSON.stringify(erased), number), false);
  assert.deepEqual(erased.legs, [{ ...legOf('x'), number: null, name: null }, answeredLeg]);
  assert.equal(eraseRecord(erased, number), erased);
});

test('what the journal keeps with a leg besides stays: what it hangs on, how long it talked, and whether that is estimated', () => {
  const facts = {
    transferredBy: '102',
    recordingId: 'r-12157010680',
    talkUs: 2_157_010_680,
    estimated: true,
    bridged: false,
  };
  const record = { call: answeredCall, legs: [{ ...legOf('Alice'), ...facts, remoteNumber: '+12157010680' }] };
  const [leg] = eraseRecord(record, number).legs;
  const { remoteNumber, ...rest } = leg as JournalLeg;
  assert.deepEqual(rest, { ...answeredLeg, ...facts, number: null, name: null });
  assert.equal(hasRun(String(remoteNumber), number), false);
});

test('property: whatever a sender adds, nothing of the number is left and nothing else is changed', () => {
  const inert = fc.constantFrom('a', 'Bob', '3125550100', '', 'x'.repeat(40));
  const own = fc.constantFrom('+12157010680', 'tel:+12157010680', 'from +1 215 701 0680.');
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      inert,
      own,
      fc.integer({ max: 1_000_000 }),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('fields'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    fields: fc.dictionary(fc.constantFrom('a', 'b', 'other', '+12157010680'), tie('value'), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...examples), json.fields, (event, extra) => {
      const given = { ...event, data: { ...event.data, extra } };
      const erased = eraseEvent(given, number);
      assert.equal(hasRun(JSON.stringify(erased), number), false);
      assert.ok(isValid(withoutPlace(erased)), JSON.stringify(erased));
      assert.deepEqual(shapeOf(erased), shapeOf(given));
    }),
  );
});

/** Everything but texts that may hold the number, and what stands beside it. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return hasRun(value, number) || value.includes('erased') ? null : value;
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !['name', 'fromName', 'number', 'raw'].includes(name));
  return fields.map(([name, inner]) => [hasRun(name, number) ? 'erased' : name, shapeOf(inner)]);
}

test('of what a receiver said when it failed the code is left: it may quote more than the number', () => {
  const data = { reason: 'gone', lastError: 'http_422: no {"number":"+12157010680","name":"Alice"}', more: 0 };
  assert.deepEqual(eraseEvent({ call: null, leg: null, data }, number).data, {
    ...data,
    lastError: 'http_422: erased',
  });
  const other = { ...data, lastError: 'http_422: no {"number":"+13125550100"}' };
  assert.equal(eraseEvent({ call: null, leg: null, data: other }, number).data, other);
});
