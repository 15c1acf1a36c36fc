import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import { eventCatalog } from '../../model/event-types/index.ts';
import { isHeaderValue } from '../../model/header-rules.ts';
import type { EncodedRequest } from '../dialect.ts';
import type { TemplateOptions } from './catalog.ts';
import { template } from './index.ts';
import { noContext } from '../../../test/support/encode-context.ts';

const down = eventCatalog['connector.down'].example;
const example = eventCatalog['leg.answered'].example;
const caller = { number: '+12157010680', raw: '12157010680', name: 'Zoë "Z" <&> Söhne', kind: 'external' as const };
const answered: Event = { ...example, call: example.call && { ...example.call, from: caller, queue: null } };

const url = 'https://crm.example/hook?key=1';
const encode = (options: TemplateOptions, event: Event = answered, to = url) =>
  template.encode([event], { ...noContext, method: 'POST', url: to, options });

function requestOf(options: TemplateOptions, event: Event = answered): EncodedRequest {
  const encoded = encode(options, event);
  assert.ok(encoded.kind === 'request', JSON.stringify(encoded));
  return encoded;
}

function reasonOf(options: TemplateOptions, event: Event = answered): string {
  const encoded = encode(options, event);
  return encoded.kind === 'failed' ? encoded.reason : encoded.kind;
}

const shown = ({ method, url, headers, body }: EncodedRequest): string =>
  `# Ours, synthetic: no real call, no captured traffic.\n${method} ${url ?? ''}\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}\n${body === null ? '' : `${String(body)}\n`}`;

const golden: Readonly<Record<string, TemplateOptions>> = {
  json: {
    method: 'PUT',
    url: '/calls/{{ call.id }}/{{ call.from.name }}',
    headers: { 'X-Event-Type': '{{ type }}', 'X-Queue': '{{ call.queue }}' },
    body: '{"caller": "{{ call.from.name }}", "number": {{ call.from.number | json }}, "queue": {{ call.queue | json }}, "ms": {{ call.talkMs }}}',
  },
  form: {
    contentType: 'application/x-www-form-urlencoded',
    body: 'event={{ type }}&from={{ call.from.number }}&name={{ call.from.name }}&domain={{ domain }}',
  },
  xml: {
    contentType: 'application/xml; charset=utf-8',
    body: '<call id="{{ call.id }}"><from>{{ call.from.name }}</from><at>{{ time | date: "%d.%m.%Y %H:%M", "Europe/Berlin" }}</at></call>',
  },
  get: { method: 'GET', url: 'https://crm.example/pop?number={{ call.from.number }}&name={{ call.from.name }}' },
  plain: {
    contentType: 'text/plain',
    body: '{% if call.direction == "inbound" %}Call from {{ call.from.number | national }} ({{ call.from.number | country }}){% endif %}',
  },
};

describe('encoding by template', () => {
  for (const [name, options] of Object.entries(golden)) {
    it(`writes the golden ${name} request`, async () => {
      assert.equal(template.checkOptions?.({ ...options }, { method: 'POST', url }), null);
      const file = new URL(`golden/${name}.txt`, import.meta.url);
      assert.equal(shown(requestOf(options)), await readFile(file, 'utf8'));
    });
  }

  it('sends the event as the API shows it where there is no body', () => {
    for (const event of [answered, down]) {
      const { body, headers, url: target } = requestOf({}, event);
      assert.equal(body, eventText(event));
      assert.deepEqual(headers, { 'content-type': 'application/json; charset=utf-8' });
      assert.equal(target, undefined);
    }
  });

  const failing: [TemplateOptions, RegExp, object?][] = [
    [{ body: '{"queue": {{ call.queue }}}' }, /no JSON.*\| json/],
    [{ url: '/{{ data.v }}/x' }, /".." segment/, { v: '..' }],
    [{ url: '/x?{{ data.v }}' }, /^url: it is longer than 8192/, { v: 'x'.repeat(9_000) }],
    [{ url: 'https://evil.example/' }, /leads to https:\/\/evil\.example instead of https:\/\/crm\.example/],
    [{ url: 'https://u:p@crm.example/' }, /user name or password/],
    [{ url: '/a\\b' }, /backslash/],
    [{ headers: { 'X-A': '{{ data.v }}' } }, /^headers\.X-A: .*cannot carry/, { v: 'a\r\nX-B: c' }],
    [{ headers: { 'X-A': '{{ data.v }}' } }, /longer than 4096/, { v: 'x'.repeat(5_000) }],
    [{ contentType: 'text/plain', body: '{{ data.v | date }}' }, /date needs a time/, { v: 'now' }],
    [{ contentType: 'text/plain', body: '{{ time | date: "%Y", data.v }}' }, /no time zone "Mars"/, { v: 'Mars' }],
    [{ contentType: 'text/plain', body: '{{ time | date: data.v }}' }, /knows no %9/, { v: '%99999999d' }],
  ];
  for (const [options, reason, data] of failing) {
    it(`fails, which is an outcome: ${JSON.stringify(options).slice(0, 70)}`, () => {
      assert.match(reasonOf(options, { ...answered, ...(data && { data: { ...data } }) }), reason);
    });
  }

  it('is for one event at a time', () => {
    assert.equal(template.maxBatch({}), 1);
    const context = { ...noContext, method: 'POST', url, options: {} };
    for (const events of [[], [answered, down]]) assert.equal(template.encode(events, context).kind, 'failed');
  });

  it('goes to an inbox as it is, which has no paths', () => {
    const encoded = encode({ url: '/calls/{{ id }}' }, answered, 'inbox:demo');
    assert.ok(encoded.kind === 'request');
    assert.equal(encoded.url, 'inbox:demo');
  });

  it('says the same each time it is asked', () => {
    for (const options of Object.values(golden)) assert.deepEqual(requestOf(options), requestOf({ ...options }));
  });
});

describe('a value stays a value, whatever is in it', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '"}, {"admin": true',
      '..',
      '/../',
      '@evil.example/',
      '{{ id }}',
      '</call>',
      '&admin=1',
      '\r\nX: y',
      '\\u0022',
    ),
  );
  const about = (v: string): Event => ({ ...answered, data: { v } });

  it('in JSON', () => {
    fc.assert(
      fc.property(anything, (v) => {
        const { body } = requestOf({ body: '{"a": "{{ data.v }}", "b": {{ data.v | json }}}' }, about(v));
        assert.deepEqual(JSON.parse(String(body)), { a: v.toWellFormed(), b: v });
      }),
    );
  });

  it('in a form', () => {
    fc.assert(
      fc.property(anything, (v) => {
        const contentType = 'application/x-www-form-urlencoded';
        const { body } = requestOf({ contentType, body: 'a={{ data.v }}&b=1' }, about(v));
        assert.deepEqual(Object.fromEntries(new URLSearchParams(String(body))), { a: v.toWellFormed(), b: '1' });
      }),
    );
  });

  it('in a URL, which never leads elsewhere', () => {
    fc.assert(
      fc.property(anything, anything, (v, w) => {
        const options = { url: 'https://crm.example/a/{{ data.v }}/b?c={{ data.w }}&d=1' };
        const encoded = encode(options, { ...answered, data: { v, w } });
        if (encoded.kind === 'failed') return assert.match(encoded.reason, /segment/);
        assert.ok(encoded.kind === 'request');
        const { origin, pathname, searchParams } = new URL(encoded.url ?? '');
        assert.equal(origin, 'https://crm.example');
        assert.equal(decodeURIComponent(pathname), `/a/${v.toWellFormed()}/b`);
        assert.deepEqual(
          [...searchParams],
          [
            ['c', w.toWellFormed()],
            ['d', '1'],
          ],
        );
      }),
    );
  });

  it('in XML and in headers', () => {
    fc.assert(
      fc.property(anything, (v) => {
        const { body } = requestOf({ contentType: 'text/xml', body: '<a b="{{ data.v }}">' }, about(v));
        assert.match(String(body), /^<a b="[^"<>]*">$/);
        const encoded = encode({ headers: { 'X-A': '{{ data.v }}' } }, about(v));
        if (encoded.kind === 'request') assert.ok(isHeaderValue(encoded.headers['x-a'] ?? ''));
        else assert.match(JSON.stringify(encoded), /header cannot carry/);
      }),
    );
  });
});
