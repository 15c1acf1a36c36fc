/** What a tenant with bad intent may save, and what an event may carry to meet it. */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../model/event.ts';
import { eventCatalog } from '../../model/event-types/index.ts';
import type { TemplateOptions } from './catalog.ts';
import { template } from './index.ts';
import { noContext } from '../../../test/support/encode-context.ts';

/** Far above what the limits allow (about 100 ms of processor time), since the machine may be busy. */
const boundMs = 1_500;
const url = 'https://crm.example/hook';
const list = Array.from({ length: 20_000 }, (_, index) => index);
const event: Event = {
  ...eventCatalog['leg.answered'].example,
  data: {
    ...{
      list,
      copy: [...list],
      big: 'x'.repeat(200_000),
      amps: '&'.repeat(250_000),
      sevens: '7'.repeat(250_000),
      percents: '%'.repeat(250_000),
      spaces: `a${' '.repeat(200_000)}b`,
      own: { constructor: 'own' },
    },
    odd: JSON.parse('{"toString":1,"valueOf":2,"then":3,"toLiquid":4,"size":"own","length":-1}') as object,
  },
};
const html = '<script'.repeat(25_000);

function encode(options: TemplateOptions, about = event): string {
  const start = performance.now();
  const encoded = template.encode([about], { ...noContext, method: 'POST', url, options });
  const ms = performance.now() - start;
  assert.ok(ms < boundMs, `${ms} ms`);
  if (encoded.kind === 'skipped') return 'skipped';
  return encoded.kind === 'failed' ? `failed: ${encoded.reason}` : String(encoded.body);
}
const plain = (body: string, about = event): string => encode({ contentType: 'text/plain', body }, about);
const loop = (count: string, inside: string): string => `{% for i in ${count} %}${inside}{% endfor %}`;

const hostile: [string, RegExp][] = [
  [loop('(1..100000000)', ''), /memory/],
  [loop('data.list', loop('data.list', loop('data.list', '{{ i }}'))), /steps/],
  [loop('(1..100000)', loop('(1..100000)', '')), /memory|steps/],
  [loop('(1..1000)', '{{ data.big }}'), /memory/],
  [`{% assign x = data.big %}${loop('(1..40)', '{% assign x = x | append: x %}')}{{ x }}`, /memory/],
  [`{% assign x = "a" %}${loop('(1..60)', '{% capture x %}{{ x }}{{ x }}{% endcapture %}')}{{ x }}`, /memory/],
  ['{{ data.big | replace: "x", data.big }}', /memory|Invalid string/],
  [loop('(1..4000)', '{% if data.list contains "no" %}{% endif %}'), /memory/],
  [loop('(1..4000)', '{% if data.list == data.copy %}{% endif %}'), /memory/],
  [loop('(1..4000)', '{% case data.list %}{% when data.copy %}{% endcase %}'), /memory/],
  [loop('(1..4000)', '{% if data.big contains "no" %}{% endif %}'), /memory/],
  [loop('(1..4000)', '{{ data.big | slice: -1 }}'), /memory/],
  [loop('(1..4000)', '{{ data.list | map: "x" | size }}'), /memory/],
  [loop('(1..4000)', '{{ data.list | reverse | first }}'), /memory/],
  [loop('(1..4000)', '{{ event | json | size }}'), /memory/],
  [loop('(1..4000)', '{{ call.from.number | national }}'), /processor|\d/],
  ['{{ data.spaces | strip | rstrip | size }}', /200002/],
  ['{{ data.big | truncate: 99999999999 | size }}', /200000/],
  ['{{ data.big | split: "" | join: "-------------------" }}', /memory/],
  ['{% if true %}'.repeat(600) + 'x' + '{% endif %}'.repeat(600), /x|failed/],
  [`{{ "a" ${'| append: "a" '.repeat(1_000)}}}`, /^a+$/],
  [`{{ data.amps${'| escape'.repeat(1_500)} }}`, /memory/],
  [`{{ data.percents${'| url_encode'.repeat(1_200)} }}`, /memory/],
  [`{{ data.sevens${'| digits'.repeat(1_500)} }}`, /memory/],
  [`{{ data.big${'| escape'.repeat(1_500)} }}`, /memory/],
  [`{{ data.big${'| national'.repeat(1_500)} }}`, /memory/],
  [`{{ time${'| date'.repeat(2_000)} }}`, /^20|processor/],
  [`{{ data${'.a'.repeat(6_000)} }}`, /^$/],
  [`{{ data${'[data'.repeat(2_000)}${']'.repeat(2_000)} }}`, /^$|failed/],
];

describe('hostile templates', () => {
  for (const [body, expected] of hostile) {
    it(`end within the bound: ${body.slice(0, 70)}`, () => assert.match(plain(body), expected));
  }

  it('share one allowance in a request: 22 templates have no more than one', () => {
    const some = loop('(1..500)', 'x');
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`X-H${at}`, some]));
    assert.match(encode({ url: `/${some}`, headers, body: some }), /^failed: headers\.X-H4: .*steps/);
    const big = (times: number): string => '{% assign x = data.big | escape %}'.repeat(times);
    assert.match(
      encode({ contentType: 'text/plain', headers: { 'X-A': big(3) }, body: big(3) }),
      /^failed: body: .*memory/,
    );
  });

  it('reach own properties only', () => {
    for (const path of [
      'constructor',
      '__proto__',
      'own.__proto__',
      'own.hasOwnProperty',
      'list.constructor',
      'big.constructor',
    ]) {
      assert.equal(plain(`[{{ data.${path} }}]`), '[]', path);
      assert.equal(plain(`[{{ data['${path}'] }}]`), '[]', path);
    }
    assert.equal(plain('{{ data.own.constructor }}'), 'own');
    assert.equal(plain('{{ constructor }}{{ __proto__ }}{{ toString }}{{ process }}{{ global }}{{ require }}'), '');
    assert.equal(
      plain('{% assign __proto__ = data %}{% assign constructor = "x" %}{{ big | size }}{{ constructor }}'),
      '0x',
    );
    assert.equal(plain('{{ data.odd.size }}{{ data.odd.then }}'), 'own3');
    plain('{{ data.odd }}{{ data.odd | append: "" }}{{ data.odd | plus: 1 }}{% if data.odd == "a" %}{% endif %}');
    assert.equal(({} as Record<string, unknown>)['big'], undefined);
  });

  it('reach no file, no clock and no chance', () => {
    for (const body of ['{% include "a" %}', '{% render "a" %}', '{% layout "a" %}', '{% block a %}{% endblock %}']) {
      assert.match(plain(body), /not found/);
    }
    for (const body of ['{{ "now" | date }}', '{{ "today" | date }}']) assert.match(plain(body), /needs a time/);
    for (const filter of [
      'sample',
      'shuffle',
      'where_exp',
      'find_exp',
      'strip_html',
      'inspect',
      'xml_escape',
      'sort',
    ]) {
      assert.match(plain(`{{ data.list | ${filter} }}`), /undefined filter/);
    }
    assert.match(plain('{{ data.html | strip_html }}', { ...event, data: { html } }), /undefined filter/);
  });
});

const pieces = fc.constantFrom(
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{%-',
    '-}}',
    ' if ',
    ' endif ',
    ' for ',
    ' endfor ',
    ' in ',
    ' case ',
    ' when ',
    ' endcase ',
  ],
  ...[
    ' assign ',
    ' capture ',
    ' endcapture ',
    ' raw ',
    ' endraw ',
    ' comment ',
    ' endcomment ',
    ' echo ',
    ' else ',
    '#',
  ],
  ...[
    'call',
    'data',
    'type',
    'list',
    'big',
    'odd',
    'x',
    '__proto__',
    'constructor',
    '.',
    '[',
    ']',
    '(',
    ')',
    '..',
    '|',
    ':',
    ',',
  ],
  ...[
    'append',
    'replace',
    'split',
    'join',
    'slice',
    'map',
    'date',
    'json',
    'national',
    'size',
    'times',
    'divided_by',
    'default',
  ],
  ...[
    '"a"',
    "'",
    '"',
    '1',
    '-1',
    '99999999999',
    '0',
    'nil',
    ' == ',
    ' contains ',
    ' and ',
    ' or ',
    '\n',
    '\u0000',
    '😀',
    '\\',
  ],
);

it('random templates never throw and never run for long, saved or not', () => {
  const scrap = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 12 }).map((parts) => `{{ ${parts.join(' ')} }}`),
    fc.array(pieces, { maxLength: 12 }).map((parts) => `{% assign x = ${parts.join(' ')} %}{{ x }}`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  fc.assert(
    fc.property(
      scrap,
      fc.constantFrom('application/json', 'text/plain', 'text/xml', 'application/x-www-form-urlencoded'),
      (body, contentType) => {
        const options = { body, contentType, url: `/${body}`, headers: { 'X-A': body } };
        const problem = template.checkOptions?.(options, { method: 'POST', url });
        assert.ok(problem === null || (problem !== undefined && problem.message !== '' && problem.remedy !== ''));
        encode(options);
        encode({ body, contentType });
      },
    ),
    { numRuns: 1_500 },
  );
});
