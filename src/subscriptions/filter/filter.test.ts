import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event } from '../../model/event.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import { eventOf } from '../../../test/support/builders.ts';
import { createFilters } from './index.ts';

const filters = createFilters();
const event: Event = {
  ...eventOf({ type: 'leg.answered', extension: '101', extensions: ['101', '102'], domain: 'acme' }),
  seq: 7,
  time: '2026-11-21T23:30:04.512Z',
  acceptedAt: '2026-11-21T23:30:05.000Z',
  data: {
    amount: 10,
    rate: 1.5,
    tags: ['a', 'b'],
    deep: { constructor: 'own', list: [{ n: 1 }, { n: 2 }] },
    none: null,
  },
};
const withoutCall: Event = { ...event, type: 'connector.down', call: null, leg: null };
const says = (source: string, about = event) => {
  const verdict = filters.compile(source).judge(about);
  return verdict.outcome === 'filter_error' ? verdict.reason : verdict.outcome;
};

describe('a filter', () => {
  const trueOf = [
    "call.direction == 'inbound'",
    "extension in ['101', '102']",
    "'102' in extensions && extensions.size() == 2",
    "type == 'leg.answered' && type.startsWith('leg.')",
    'call.outcome == null',
    'has(data.tags) && !has(data.bogus)',
    'has(call.from.number)',
    'data.amount * 2 == 20 && data.amount * data.rate == 15.0 && data.amount / 4 == 2 && data.amount % 4 == 2',
    "data.deep.constructor == 'own'",
    'data.deep.list.exists(x, x.n == 2) && data.deep.list.all(x, x.n > 0) && data.deep.list.exists_one(x, x.n == 1)',
    'data.deep.list.map(x, x.n * 10) == [10, 20] && data.deep.list.filter(x, x.n > 1).size() == 1',
    'data.deep.list.map(x, x.n > 1, x.n) == [2]',
    "data.deep.all(key, key in ['constructor', 'list'])",
    "data['none'] == null && data.tags[1] == 'b'",
    "timestamp(time).getHours() == 23 && timestamp(time).getHours('Europe/Berlin') == 0",
    "timestamp(time).getDayOfWeek('Europe/Berlin') == 0 && timestamp(time).getDate('Europe/Berlin') == 22",
    "timestamp(acceptedAt) - timestamp(time) < duration('1s')",
    "call.from.number.startsWith('+1') ? true : false",
    "{'101': 'front desk'}[extension] == 'front desk'",
    "'aXb'.replace('X', '-').upperAscii() == 'A-B' && ' a '.trim() == 'a' && 'a,b'.split(',').join(';') == 'a;b'",
    "'añ😀b'.size() == 4 && 'añ😀b'.substring(2, 3) == '😀' && 'añ😀b'.indexOf('b') == 3",
    "int('5') + 1 == 6 && string(seq) == '7' && double('1.5') == 1.5 && bool('true')",
    'data.bogus == 1 || true',
    '!(data.bogus == 1 && false)',
    "// a comment\n call.direction\n  == 'inbound'",
  ];
  for (const source of trueOf) {
    it(`is true: ${source}`, () => {
      assert.equal(filters.problem(source), null);
      assert.equal(says(source), 'matched');
      assert.equal(filters.compile(source).matches(event), true);
    });
  }

  const failing: [string, RegExp, Event?][] = [
    ["call.direction == 'inbound'", /^call is null$/, withoutCall],
    ['call.answeredBy.extension == data.x', /^call.answeredBy is null$/],
    ['data.bogus == 1', /no bogus/],
    ['data.tags[2] == 1', /no such element/],
    ['data.amount', /gives number/],
    ['data.amount && true', /true or false/],
    ['data.amount / 0 == 1', /zero/],
    ['data.tags + 1 == 2', /no meaning for list and number/],
    ["data.amount.startsWith('1')", /does not take number, string/],
    ['data.__proto__ == null', /no __proto__/],
    ["data['constructor'] == null", /no constructor/],
    ["data.deep['hasOwnProperty'] == null", /no hasOwnProperty/],
    ['data.tags.constructor == null', /list|whole numbers/],
    ["extension.constructor == 'x'", /string has no constructor/],
  ];
  for (const [source, reason, about = event] of failing) {
    it(`comes to nothing, which is an outcome: ${source}`, () => {
      assert.match(says(source, about), reason);
      assert.equal(filters.compile(source).matches(about), false);
    });
  }

  it('says where it came to nothing', () => {
    const verdict = filters.compile("true &&\n  data.bogus == 'x'").judge(event);
    assert.deepEqual(verdict, { outcome: 'filter_error', reason: 'there is no bogus', line: 2, column: 8 });
  });

  it('is made once for each text', () => {
    assert.equal(filters.compile('seq == 1'), filters.compile('seq == 1'));
    assert.notEqual(filters.compile('seq == 1'), filters.compile('seq == 2'));
  });

  it('reads no further into a stored event than it asks', () => {
    const place = { id: 'e', seq: 7, domain: 'acme', connector: 'pbx1', acceptedAt: '' };
    const { call: _call, leg: _leg, data: _data, ...head } = event;
    const unreadable = StoredEvent.read(place, `${JSON.stringify(head).slice(0, -1)},"call":{broken`);
    assert.equal(says("extension == '101' && type == 'leg.answered' && seq == 7", unreadable), 'matched');
    assert.match(says('data.x == 1', unreadable), /^internal: /);
  });

  it('reads a stored event as it reads any other', () => {
    const { id, seq, domain, connector, acceptedAt, ...body } = event;
    const { type, time, reseller, user, extension, extensions, call, leg, data } = body;
    const text = JSON.stringify({ type, time, reseller, user, extension, extensions, call, leg, data });
    const stored = StoredEvent.read({ id, seq, domain, connector, acceptedAt }, text);
    for (const source of trueOf) assert.equal(says(source, stored), 'matched', source);
  });
});
