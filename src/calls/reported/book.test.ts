import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NewEvent } from '../../model/event.ts';
import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import type { LegReport } from '../../model/report.ts';
import { ReportBook } from './book.ts';

const numbers = createNumberReader(rulesFor('US'));
const bookOf = () =>
  new ReportBook({ connector: 'in:ringme', reseller: 'default', domain: 'acme', numbers: () => numbers });
const start = Date.parse('2026-11-21T10:00:00.000Z');

const legOf = (changes: Partial<LegReport>, atMs: number | null = 0): LegReport => ({
  kind: 'leg',
  stage: 'dial',
  callId: 'c1',
  legId: 'l1',
  namesLeg: true,
  extension: '101',
  machine: null,
  flow: 'in',
  caller: { number: '2157010680', name: 'Alice', internal: false },
  called: { number: '101', name: null, internal: true },
  did: null,
  atUs: atMs === null ? null : (start + atMs) * 1_000,
  status: null,
  talkUs: null,
  recordingId: null,
  transferred: false,
  inside: false,
  bridged: null,
  remoteNumber: null,
  callBackId: null,
  ...changes,
});
const dial = legOf({});
const answer = legOf({ stage: 'answer' }, 3_000);
const hangup = legOf({ stage: 'hangup', status: 'answered', talkUs: 5_000_123, recordingId: 'r1' }, 8_000);
const typesOf = (events: readonly NewEvent[]): string[] => events.map(({ type }) => type);

test('an answered call: begun, answered and ended once each, however often that is reported', () => {
  const book = bookOf();
  const told = [dial, dial, answer, answer, hangup, hangup, answer, dial].flatMap((one) => book.apply(one, start));
  assert.deepEqual(typesOf(told), ['call.started', 'leg.dial_in', 'leg.answered', 'call.answered', 'leg.ended']);
  assert.deepEqual(typesOf(book.tick(start + 4_999)), []);
  const over = book.tick(start + 5_000);
  assert.deepEqual(typesOf(over), ['call.ended', 'call.closed']);
  const { call } = over[0] as NewEvent;
  assert.deepEqual([call?.outcome, call?.talkMs, call?.direction], ['answered', 5_000, 'inbound']);
  assert.equal(call?.from.number, '+12157010680');
  const ended = told.at(-1) as NewEvent;
  assert.deepEqual([ended.data['talkUs'], ended.data['recordingId']], [5_000_123, 'r1']);
});

test('the same reports make the same ids, at another time and in another process', () => {
  const idsOf = (now: number): string[] => {
    const book = bookOf();
    return [dial, answer, hangup].flatMap((one) => book.apply(one, now)).map(({ id }) => id);
  };
  assert.deepEqual(idsOf(start), idsOf(start + 60_000));
  assert.equal(new Set(idsOf(start)).size, 5);
});

test('a hang-up with ANSWER counts as answered where no answer was reported', () => {
  const book = bookOf();
  const told = [dial, hangup].flatMap((one) => book.apply(one, start));
  assert.deepEqual(typesOf(told), ['call.started', 'leg.dial_in', 'leg.answered', 'call.answered', 'leg.ended']);
  const answered = told[2] as NewEvent;
  assert.equal(answered.data['estimated'], true);
  assert.equal(answered.time, '2026-11-21T10:00:02.999Z');
});

test('a hang-up of which nothing else was ever reported is a call as well', () => {
  const book = bookOf();
  const told = book.apply(hangup, start);
  assert.deepEqual(typesOf(told), ['call.started', 'leg.dial_in', 'leg.answered', 'call.answered', 'leg.ended']);
  assert.ok(told.slice(0, 4).every(({ data }) => data['estimated'] === true));
});

test('without times of their own, they have those of their receipt, and say so', () => {
  const book = bookOf();
  const timeless = (changes: Partial<LegReport>) => legOf(changes, null);
  book.apply(timeless({}), start);
  book.apply(timeless({ stage: 'answer' }), start + 2_000);
  const told = book.apply(timeless({ stage: 'hangup', status: 'answered' }), start + 9_500);
  const { leg, data } = told[0] as NewEvent;
  assert.equal(data['estimated'], true);
  assert.equal(Date.parse(leg?.endedAt ?? '') - Date.parse(leg?.answeredAt ?? ''), 7_500);
});

test('a queue or a menu hangs up last: the call is over, and whether it reached anybody is told', () => {
  const book = bookOf();
  book.apply(dial, start);
  book.apply(legOf({ stage: 'hangup', status: 'no_answer' }, 4_000), start);
  const queue = { stage: 'hangup', legId: 'q1', extension: '500', machine: 'queue', bridged: false } as const;
  const told = book.apply(legOf({ ...queue, status: 'cancelled' }, 9_000), start);
  assert.deepEqual(typesOf(told), ['leg.ended', 'call.ended', 'call.closed', 'leg.closed']);
  assert.equal(told[1]?.call?.outcome, 'abandoned');
  assert.equal(told[3]?.data['bridged'], false);
  assert.deepEqual(book.apply(legOf({ ...queue, status: 'cancelled' }, 9_000), start), []);
});

test('a call of which no more is heard ends, as estimated', () => {
  const book = bookOf();
  book.apply(dial, start);
  assert.deepEqual(book.tick(start + 599_999), []);
  const told = book.tick(start + 600_000);
  assert.deepEqual(typesOf(told), ['leg.ended', 'call.ended', 'call.closed']);
  assert.equal(told[0]?.data['estimated'], true);
  assert.equal(told[1]?.call?.outcome, 'lost');
});

test('somebody is called in vain, and then another: that is one call', () => {
  const book = bookOf();
  book.apply(dial, start);
  book.apply(legOf({ stage: 'hangup', status: 'no_answer' }, 20_000), start);
  assert.deepEqual(book.tick(start + 20_000), []);
  const told = book.apply(legOf({ legId: 'l2', extension: '102' }, 25_000), start + 25_000);
  assert.deepEqual(typesOf(told), ['leg.dial_in']);
  assert.equal(told[0]?.call?.id, 'c1');
});

test('what is reported of an ended call corrects it, and opens none', () => {
  const book = bookOf();
  for (const one of [dial, hangup]) book.apply(one, start);
  book.tick(start + 5_000);
  const late = book.apply(legOf({ legId: 'l2', extension: '102' }, 9_000), start + 6_000);
  assert.deepEqual(
    late.map(({ type, call }) => `${type} ${call?.state}`),
    ['leg.dial_in ended'],
  );
  assert.deepEqual(typesOf(book.tick(start + 606_000)), ['leg.ended']);
  book.tick(start + 606_000);
  assert.equal(book.size, 0);
});

test('a call from before a restart goes on, and ends once', () => {
  const before = bookOf();
  const told = [dial, answer].flatMap((one) => before.apply(one, start));
  const { call, leg, extensions } = told[2] as NewEvent;
  assert.ok(call && leg);
  const book = bookOf();
  book.take({ call: { ...call, answeredAt: leg.answeredAt, state: 'answered' }, legs: [leg], extensions }, start);
  assert.deepEqual(typesOf([dial, answer].flatMap((one) => book.apply(one, start))), []);
  assert.deepEqual(typesOf(book.apply(hangup, start)), ['leg.ended']);
  assert.equal(book.apply(hangup, start).length, 0);
});

test('an ended call that is known from elsewhere stays as it is', () => {
  const first = bookOf();
  const told = [dial, answer, hangup].flatMap((one) => first.apply(one, start)).concat(first.tick(start + 9_000));
  const { call, extensions } = told.at(-1) as NewEvent;
  const leg = told[4]?.leg;
  assert.ok(call && leg);
  const book = bookOf();
  book.take({ call, legs: [leg], extensions }, start);
  assert.deepEqual(
    [dial, answer, hangup].flatMap((one) => book.apply(one, start)),
    [],
  );
});

test('rules that hold in whichever order and however often reports come', () => {
  const reports: readonly LegReport[] = [
    dial,
    answer,
    hangup,
    legOf({ legId: 'l2', extension: '102' }, 100),
    legOf({ legId: 'l2', extension: '102', stage: 'hangup', status: 'no_answer' }, 3_100),
    legOf({ legId: 'l1', callId: 'c2', stage: 'hangup', status: 'answered', talkUs: 1 }, 8_000),
    legOf(
      { legId: 'q1', extension: '500', machine: 'queue', stage: 'hangup', status: 'answered', bridged: true },
      8_100,
    ),
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(reports.length - 1), { maxLength: 25 }), fc.nat(3), (order, ticks) => {
      const book = bookOf();
      const told: NewEvent[] = [];
      for (const [index, at] of order.entries()) {
        told.push(...book.apply(reports[at] as LegReport, start + index));
        if (index % 4 < ticks) told.push(...book.tick(start + index));
      }
      for (let next = book.nextDeadline(); next !== null; next = book.nextDeadline()) told.push(...book.tick(next));
      assert.equal(book.size, 0);
      const count = (type: string, call: string | undefined, leg?: string): number =>
        told.filter((one) => one.type === type && one.call?.id === call && (leg === undefined || one.leg?.id === leg))
          .length;
      for (const callId of new Set(told.map(({ call }) => call?.id))) {
        for (const type of ['call.started', 'call.ended', 'call.closed']) assert.equal(count(type, callId), 1, type);
        assert.ok(count('call.answered', callId) <= 1);
      }
      for (const legId of new Set(told.flatMap(({ leg }) => leg?.id ?? []))) {
        const ends = told.filter(({ type, leg }) => type === 'leg.ended' && leg?.id === legId);
        assert.equal(ends.length, 1, `${legId} ended ${ends.length} times`);
        const { leg } = ends[0] as NewEvent;
        assert.ok(leg && Date.parse(leg.startedAt) <= Date.parse(leg.answeredAt ?? leg.startedAt));
        assert.ok(leg && Date.parse(leg.answeredAt ?? leg.startedAt) <= Date.parse(leg.endedAt ?? ''));
      }
      const ids = told.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    }),
    { numRuns: 2_000 },
  );
});
