import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Event } from '../../model/event.ts';
import { eventTypes } from '../../model/event-types/index.ts';
import type { EncodedRequest } from '../dialect.ts';
import { attributes } from './catalog.ts';
import { decode } from './decode.ts';
import { answered, down } from './golden/events.ts';
import { cloudevents } from './index.ts';
import { noContext } from '../../../test/support/encode-context.ts';

const context = (options: Record<string, unknown> = {}) => ({
  ...noContext,
  method: 'POST',
  url: 'http://r/',
  options,
});

function requestOf(events: readonly Event[], options: Record<string, unknown> = {}): EncodedRequest & { body: string } {
  const encoded = cloudevents.encode(events, context(options));
  assert.ok(encoded.kind === 'request', JSON.stringify(encoded));
  return { ...encoded, body: String(encoded.body) };
}

const documentOf = (event: Event, options: Record<string, unknown> = {}): Record<string, unknown> =>
  JSON.parse(requestOf([event], options).body);

/** A request as the golden files show it: a line that says whose it is, the headers, and the body. */
const shown = ({ headers, body }: EncodedRequest): string =>
  `# Ours, synthetic: no real call, no captured traffic.\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}\n${String(body)}\n`;

const golden = (name: string): Promise<string> => readFile(new URL(`golden/${name}.txt`, import.meta.url), 'utf8');

const text = fc.string({ unit: 'binary', maxLength: 20 });
const events: fc.Arbitrary<Event> = fc
  .record({
    id: fc.oneof(fc.uuid(), fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })),
    seq: fc.nat(Number.MAX_SAFE_INTEGER),
    type: fc.constantFrom(...eventTypes),
    domain: fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }),
    connector: text,
    user: fc.option(text),
    extension: fc.option(text),
    data: fc.dictionary(text, fc.jsonValue()),
  })
  .map((facts) => ({ ...answered, ...facts }));

describe('encoding CloudEvents', () => {
  for (const mode of ['structured', 'binary'] as const) {
    it(`writes the golden ${mode} request`, async () => {
      assert.equal(shown(requestOf([answered], { mode, extras: true })), await golden(mode));
    });
  }

  it('writes the golden batch', async () => {
    const options = {
      mode: 'batch',
      typePrefix: '',
      sourcePrefix: 'https://pbx.example',
      schemaPrefix: 'urn:offhook:',
    };
    assert.equal(shown(requestOf([answered, down], options)), await golden('batch'));
  });

  it('gives the same event when read back, in every mode, whatever the event holds', () => {
    const list = fc.array(events, { minLength: 1, maxLength: 3 });
    const options = fc.record({
      mode: fc.constantFrom('structured', 'binary', 'batch'),
      extras: fc.boolean(),
      typePrefix: fc.constantFrom('offhook.', '', 'com.example.'),
    });
    fc.assert(
      fc.property(list, options, (all, chosen) => {
        const sent = chosen.mode === 'batch' ? all : all.slice(0, 1);
        const { headers, body } = requestOf(sent, chosen);
        const decoded = decode({
          contentType: headers['content-type'] ?? '',
          headers,
          text: Buffer.from(body).toString(),
        });
        assert.ok('inputs' in decoded, JSON.stringify(decoded));
        const expected = sent.map(({ connector: _theirs, ...event }) => JSON.parse(JSON.stringify(event)));
        assert.deepEqual(
          decoded.inputs.map((input) => JSON.parse(JSON.stringify(input))),
          expected,
        );
      }),
    );
  });

  it('writes attributes that CloudEvents allows, and those the catalog names', () => {
    const names = new Set(attributes.map(({ name }) => name));
    fc.assert(
      fc.property(events, fc.boolean(), (event, extras) => {
        const { data: _, ...written } = documentOf(event, { extras, schemaPrefix: 'urn:x:' });
        for (const [name, value] of Object.entries(written)) {
          assert.match(name, /^[a-z0-9]{1,20}$/);
          assert.ok(names.has(name), name);
          assert.ok(typeof value === 'string' && value !== '' && !/[\p{Cc}\p{Cs}]/u.test(value), name);
        }
        for (const { name, always } of attributes) if (always) assert.ok(name in written, name);
        assert.doesNotThrow(() => new URL(String(written['source']), 'http://base/'));
        assert.match(String(written['source']), /^\/domains\/[\w.~!*'()%-]*\/connectors\/[\w.~!*'()%-]*$/);
      }),
    );
  });

  it('writes headers that HTTP can carry in binary mode', () => {
    fc.assert(
      fc.property(events, (event) => {
        for (const value of Object.values(requestOf([event], { mode: 'binary', extras: true }).headers)) {
          assert.match(value, /^[\x21-\x7e]*$/);
        }
      }),
    );
  });

  it('sorts sequences as text like numbers', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), fc.nat(Number.MAX_SAFE_INTEGER), (one, other) => {
        const [first, second] = [one, other].map((seq) => String(documentOf({ ...answered, seq })['sequence']));
        assert.equal(Math.sign(one - other), first === second ? 0 : (first ?? '') < (second ?? '') ? -1 : 1);
      }),
    );
  });

  it('has a batch of one in every mode but batch', () => {
    assert.deepEqual(
      [{}, { mode: 'binary' }, { mode: 'batch' }, { mode: 'batch', maxBatch: 7 }, { maxBatch: 7 }].map((options) =>
        cloudevents.maxBatch(options),
      ),
      [1, 1, 100, 7, 1],
    );
    assert.equal(cloudevents.encode([answered, down], context()).kind, 'failed');
    assert.equal(cloudevents.encode([], context({ mode: 'batch' })).kind, 'failed');
  });
});
