/** What a tenant with bad intent may save, and what an event may carry to meet it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { celEnv, isCelError, parse as parseCel, plan } from '@bufbuild/cel';
import type { Event } from '../../model/event.ts';
import { eventOf } from '../../../test/support/builders.ts';
import { createFilters } from './index.ts';

/** Far above what the steps allow (about 1 ms), since the machine may be busy; far below what hostile input would take. */
const boundMs = 200;
const filters = createFilters();

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const big = Array.from({ length: 20_000 }, (_, index) => index);
const event: Event = {
  ...eventOf({ type: 'leg.answered', extension: '101', extensions: ['101', '102'] }),
  seq: 7,
  acceptedAt: '2026-11-21T23:30:05.000Z',
  data: {
    ...{ big, copy: [...big], text: 'a'.repeat(200_000), deep: nested(5_000), same: nested(5_000), one: 1, yes: true },
    map: Object.fromEntries(big.map((key) => [`k${key}`, key])),
    words: ['alpha', 'beta', 'gamma'],
    __proto__: null,
  },
};

/** Judges it once warm, and says how long that took. */
function timed(source: string): { readonly ms: number; readonly said: string } {
  const filter = filters.compile(source);
  filter.judge(event);
  const start = performance.now();
  const verdict = filter.judge(event);
  const ms = performance.now() - start;
  return { ms, said: verdict.outcome === 'filter_error' ? verdict.reason : verdict.outcome };
}

const tooMuch = /too many steps/;
const hostile: [string, RegExp][] = [
  ['data.big.exists(a, data.big.exists(b, data.big.exists(c, a + b + c < 0)))', tooMuch],
  ['data.big.all(a, data.map.exists(k, k == "no"))', tooMuch],
  ['data.big.map(a, data.big).size() == 0', tooMuch],
  ['data.big.map(a, data.big + data.big).size() == 0', tooMuch],
  ['data.big == data.copy', tooMuch],
  ['data.big.exists(a, data.map.size() < 0)', tooMuch],
  ['data.big.exists(a, data.text.contains("b")) || true', tooMuch],
  ['!data.big.exists(a, data.text.contains("b"))', tooMuch],
  ['data.big.all(a, size(data.text) > 0)', tooMuch],
  ['data.big.exists(a, data.text.split("") == [])', tooMuch],
  ['data.big.map(a, data.text.substring(a)).size() > 0', tooMuch],
  ['data.big.exists(a, 20000 in data.big)', tooMuch],
  ['data.text + data.text == ""', /over 65536/],
  ['data.text.replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") == ""', /too many steps|over 65536/],
  ['[data.text, data.text].join("") == ""', /over 65536/],
  ['data.deep == data.same', /nested too deeply/],
  ['[[[[1,2],[1,2]],[[1,2],[1,2]]]].all(a, a.all(b, b.all(c, c.all(d, true))))', /filter|matched/],
  [`${'data.one + '.repeat(300)}1 < 0`, /filtered/],
  [`[${'data.big, '.repeat(300)}data.big].all(a, a.all(b, b >= 0))`, tooMuch],
  [
    "data.big.exists(a, timestamp('2026-01-01T00:00:00Z').getHours('+00:' + (a < 10 ? '0' : '') + string(a)) == 99)",
    /steps|zone/,
  ],
];

describe('hostile filters', () => {
  for (const [source, expected] of hostile) {
    it(`end within the bound: ${source.slice(0, 70)}`, () => {
      const { ms, said } = timed(source);
      assert.match(said, expected);
      assert.ok(ms < boundMs, `${ms} ms`);
    });
  }

  it('no regular expression runs, whatever the pattern', () => {
    for (const source of ["data.text.matches('(a+)+$')", "matches(data.text, '(a|aa)+$')"]) {
      assert.match(filters.problem(source)?.message ?? '', /regular expressions/);
      assert.ok(timed(source).ms < boundMs);
    }
  });
});

/** Pieces of filters, sensible and not, put together at random. */
const pieces = fc.constantFrom(
  ...['call', 'data', 'leg', 'type', 'big', 'text', 'deep', 'map', 'x', 'y', '__proto__', 'constructor', 'prototype'],
  ...[
    '.',
    '.',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '?',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
    '==',
    '!=',
    '<',
    '>=',
    '&&',
    '||',
  ],
  ...[
    "'a'",
    '"',
    "'''",
    'r"',
    '1',
    '0',
    '1.5',
    '1u',
    '9223372036854775808',
    'true',
    'null',
    ' in ',
    '\n',
    '//',
    '\\',
    '`',
    '\u0000',
    '😀',
  ],
  ...[
    'exists(x, ',
    'all(y, ',
    'map(x, ',
    'filter(x, ',
    'size(',
    'has(',
    'contains(',
    'split(',
    'timestamp(',
    'matches(',
  ],
);
const scrap = fc.oneof(
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

describe('random filters', () => {
  it('never throw and never run for long, saved or not', () => {
    fc.assert(
      fc.property(scrap, (source) => {
        const start = performance.now();
        const problem = filters.problem(source);
        const verdict = filters.compile(source).judge(event);
        assert.ok(performance.now() - start < boundMs);
        assert.ok(['matched', 'filtered', 'filter_error'].includes(verdict.outcome));
        if (problem) assert.ok(problem.line >= 1 && problem.column >= 1 && problem.excerpt.includes('^'));
      }),
      { numRuns: 3_000 },
    );
  });

  const number = fc.constantFrom('data.one', 'seq', '1', '2', '-3', 'size(data.words)', 'call.talkMs');
  const text = fc.constantFrom("'alpha'", 'data.words[0]', 'extension', 'type', "'leg'", 'data.words[3]', 'domain');
  const list = fc.constantFrom('data.words', 'extensions', "['101', 'alpha']", '[]', "['x'] + data.words");
  const { bool } = fc.letrec<{ bool: string; number: string; text: string }>((tie) => ({
    number: fc.oneof(
      { maxDepth: 3 },
      number,
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
        .map((all) => `(${all.join(' ')})`),
      tie('text').map((one) => `size(${one})`),
      fc.tuple(tie('bool'), tie('number'), tie('number')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
    text: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
      tie('number').map((one) => `string(${one})`),
    ),
    bool: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('true', 'false', 'data.yes', 'has(data.words)', 'has(data.bogus)', 'data.bogus == 1'),
      fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([a, by, c]) => `(${a} ${by} ${c})`),
      tie('bool').map((one) => `!${one}`),
      fc
        .tuple(tie('number'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('number'))
        .map((all) => `(${all.join(' ')})`),
      fc.tuple(tie('text'), fc.constantFrom('==', '!=', '<', '>='), tie('text')).map((all) => `(${all.join(' ')})`),
      fc
        .tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('text'))
        .map(([a, by, b]) => `${a}.${by}(${b})`),
      fc.tuple(tie('text'), list).map(([a, b]) => `(${a} in ${b})`),
      fc
        .tuple(list, fc.constantFrom('exists', 'all', 'exists_one'), tie('text'), tie('bool'))
        .map(([a, by, b, c]) => `(${a}).${by}(w, w == ${b} || w.startsWith('a') && ${c})`),
      fc.tuple(list, tie('text')).map(([a, b]) => `((${a}).map(w, w + ${b}) == (${a}).filter(w, w != ${b}))`),
    ),
  }));

  it('say what another implementation of CEL says', () => {
    const { call, extension, extensions, type, domain, data } = event;
    const bindings = { seq: 7n, extension, extensions: [...extensions], type, domain };
    const small = { one: 1n, yes: true, words: data['words'] };
    const about = { ...bindings, call: { talkMs: BigInt(call?.talkMs ?? 0) }, data: small };
    let settled = 0;
    fc.assert(
      fc.property(bool, (source) => {
        const verdict = filters.compile(source).judge(event);
        const theirs = plan(celEnv(), parseCel(source))(about as never);
        const expected = isCelError(theirs) ? 'filter_error' : theirs === true ? 'matched' : 'filtered';
        assert.equal(verdict.outcome, expected, JSON.stringify(verdict));
        if (!isCelError(theirs)) settled++;
      }),
      { numRuns: 1_500 },
    );
    assert.ok(settled > 500, `only ${settled} came to true or false`);
  });
});
