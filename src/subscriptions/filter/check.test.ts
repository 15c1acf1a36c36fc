import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFilters } from './index.ts';

const filters = createFilters();
const problem = (source: string) => filters.problem(source);

/** Source, line, column, what is wrong, what would be right. */
const refused: [string, number, number, RegExp, RegExp][] = [
  ["call.directon == 'inbound'", 1, 6, /no field "directon"/, /direction/],
  ["true &&\n  cal.direction == 'inbound'", 2, 3, /no variable "cal"/, /call/],
  ["direction == 'inbound'", 1, 1, /no variable "direction"/, /call\.direction/],
  ["call.direction == 'inbund'", 1, 1, /never "inbund"/, /'inbound'/],
  ["type in ['call.endet', 'call.started']", 1, 1, /never "call.endet"/, /'call.ended'/],
  ["call.direction = 'inbound'", 1, 16, /single "="/, /==/],
  ['call.direction == 1', 1, 1, /never equals a number/, /quotes/],
  ['extension == 101', 1, 1, /never equals a number/, /quotes/],
  ['call.direction', 1, 1, /gives a text/, /Compare/],
  ["call.direction == 'inbound", 1, 19, /unterminated/, /CEL/],
  ['seq > 1 &&', 1, 11, /ends too early/, /CEL/],
  ["call.from.number.matches('(a+)+$')", 1, 18, /regular expressions/, /startsWith/],
  ["matches(type, 'a')", 1, 1, /regular expressions/, /startsWith/],
  ["type.startWith('leg')", 1, 6, /no function "startWith"/, /startsWith/],
  ['type.startsWith(1)', 1, 6, /does not take a text, a number/, /text\.startsWith\(text\)/],
  ['startsWith(type, type)', 1, 1, /not called like this/, /text\.startsWith/],
  ["'10' in extension", 1, 1, /not into a text/, /contains/],
  ['extensions.exists(x, x.number == 1)', 1, 24, /a text has no field/, /objects/],
  ["call.transfers.exists(t, t.knd == 'blind')", 1, 28, /no field "knd"/, /kind/],
  ["timestamp(time).getHours('Europe/Berln') == 8", 1, 17, /no time zone/, /zone/],
  ["timestamp('yesterday') < timestamp(time)", 1, 1, /needs a time/, /timestamp/],
  ['cel.bind(x, 1, x == 1)', 1, 5, /cel\.bind/, /where it is needed/],
  ["b'a' == b'a'", 1, 1, /bytes/, /text in quotes/],
  ['has(data)', 1, 5, /needs a field/, /has\(data\.reason\)/],
  ['has()', 1, 1, /needs a field/, /has\(data\.reason\)/],
  ['has(data.one, data.two)', 1, 5, /needs a field/, /has\(data\.reason\)/],
  ['__proto__ == 1', 1, 1, /reserved/i, /CEL/],
  ['constructor == 1', 1, 1, /no variable/, /An event has/],
  [`${'('.repeat(200)}true${')'.repeat(200)}`, 1, 41, /over 40 deep/, /simpler/],
  [`${'!'.repeat(3000)}true`, 1, 2001, /over 1000 parts/, /simpler/],
  [`[${'1,'.repeat(1500)}1] == []`, 1, 2002, /over 1000/, /simpler/],
  [`'${'x'.repeat(4000)}' == ''`, 1, 4001, /over 4000 characters/, /simpler/],
  ['[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))', 1, 38, /over 3 deep/, /simpler/],
];

describe('a filter is refused when it is saved', () => {
  for (const [source, line, column, message, remedy] of refused) {
    it(source.slice(0, 60), () => {
      const found = problem(source);
      assert.ok(found);
      assert.match(found.message, message);
      assert.match(found.remedy, remedy);
      assert.deepEqual([found.line, found.column], [line, column]);
    });
  }

  it('with an excerpt whose caret stands under the fault', () => {
    assert.equal(problem("seq > 1 &&\n\tcall.bogus == 'ü'")?.excerpt, " call.bogus == 'ü'\n      ^");
    const long = problem(`${'seq > 1 && '.repeat(20)}bogus`);
    const [line, caret] = long?.excerpt.split('\n') ?? [];
    assert.ok(line && caret && line.length <= 80);
    assert.equal(line.slice(caret.length - 1), 'bogus');
  });
});
