import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { decode, type DecodeRequest, type Headers, modeOf } from './decode.ts';
import { fromHeaderValue, headerValue } from './header-value.ts';

const base = { specversion: '1.0', id: 'e1', source: '/crm', type: 'offhook.call.started' };
const structured = (document: unknown): DecodeRequest => ({
  contentType: 'application/cloudevents+json; charset=UTF-8',
  headers: {},
  text: JSON.stringify(document),
});
const batch = (list: unknown): DecodeRequest => ({
  ...structured(list),
  contentType: 'Application/CloudEvents-Batch+JSON',
});
const binary = (headers: Headers, text = '{}', contentType = 'application/json'): DecodeRequest => ({
  contentType,
  headers,
  text,
});
const binaryBase = { 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/crm', 'ce-type': 'call.started' };

function inputOf(request: DecodeRequest): unknown {
  const decoded = decode(request);
  assert.ok('inputs' in decoded, JSON.stringify(decoded));
  assert.equal(decoded.inputs.length, 1);
  return decoded.inputs[0];
}

function fieldOf(request: DecodeRequest): string {
  const decoded = decode(request);
  assert.ok('problem' in decoded, JSON.stringify(decoded));
  assert.match(decoded.problem.message, /^[^{}]{10,}\.$/);
  return decoded.problem.field;
}

describe('reading CloudEvents', () => {
  it('tells the modes apart', () => {
    assert.equal(modeOf('application/cloudevents+json', {}), 'structured');
    assert.equal(modeOf('application/cloudevents-batch+json;charset=utf-8', {}), 'batch');
    assert.equal(modeOf('application/json', { 'ce-specversion': '1.0' }), 'binary');
    assert.equal(modeOf('application/json', {}), null);
  });

  it('lets attributes stand in for what data leaves out', () => {
    const expected = {
      id: 'e1',
      type: 'call.started',
      source: '/crm',
      time: '2026-01-01T00:00:00Z',
      call: { id: 'c1' },
      extension: '101',
    };
    const attributes = { ...base, time: '2026-01-01T00:00:00Z', subject: 'c1' };
    assert.deepEqual(inputOf(structured({ ...attributes, data: { extension: '101' } })), expected);
    assert.deepEqual(inputOf(batch([{ ...attributes, data: { extension: '101' } }])), expected);
    const headers = { ...binaryBase, 'ce-time': '2026-01-01T00:00:00Z', 'ce-subject': 'c1' };
    assert.deepEqual(inputOf(binary(headers, '{"extension":"101"}')), expected);
  });

  it('leaves what data says, and takes subject for a call only where the type is about one', () => {
    const own = { time: '2026-02-02T00:00:00Z', call: { id: 'c2' }, domain: 'acme', connector: 'theirs' };
    assert.deepEqual(inputOf(structured({ ...base, subject: 'c1', time: '2026-01-01T00:00:00Z', data: own })), {
      id: 'e1',
      type: 'call.started',
      time: '2026-02-02T00:00:00Z',
      call: { id: 'c2' },
      domain: 'acme',
    });
    assert.deepEqual(inputOf(structured({ ...base, type: 'message.received', subject: 'm1' })), {
      id: 'e1',
      type: 'message.received',
      source: '/crm',
    });
  });

  it('takes data as JSON, as base64 of JSON, and none at all', () => {
    const known = { id: 'e1', type: 'call.started', source: '/crm' };
    const data = { call: { id: 'c1' } };
    const encoded = Buffer.from(JSON.stringify(data)).toString('base64');
    for (const extra of [
      { data },
      { data_base64: encoded },
      { data, datacontenttype: 'text/json' },
      { data, datacontenttype: 'application/x+json' },
    ]) {
      assert.deepEqual(inputOf(structured({ ...base, ...extra })), { ...known, ...data });
    }
    assert.deepEqual(inputOf(structured({ ...base, data: null })), known);
    assert.deepEqual(inputOf(binary(binaryBase, '')), known);
  });

  it('reads header values as the HTTP binding says, quoted ones of older senders too', () => {
    const values: readonly (readonly [string, string | null])[] = [
      ['Euro%20%E2%82%AC%20%f0%9f%98%80', 'Euro € 😀'],
      ['"a \\"quoted\\" one"', 'a "quoted" one'],
      ['100%', '100%'],
      ['%C0%A0', null],
      ['"', '"'],
    ];
    for (const [header, value] of values) assert.equal(fromHeaderValue(header), value, header);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        assert.match(headerValue(value), /^[\x21-\x7e]*$/);
        assert.equal(fromHeaderValue(headerValue(value)), value);
      }),
    );
  });

  it('names the field at fault', () => {
    for (const name of ['specversion', 'id', 'source', 'type']) {
      for (const value of [undefined, '', 7, null, {}]) {
        assert.equal(fieldOf(structured({ ...base, [name]: value })), name);
        assert.equal(fieldOf(batch([base, { ...base, [name]: value }])), `[1].${name}`);
      }
      assert.equal(fieldOf(binary({ ...binaryBase, [`ce-${name}`]: '' })), `ce-${name}`);
    }
    assert.equal(fieldOf(structured({ ...base, specversion: '0.3' })), 'specversion');
    assert.equal(fieldOf(binary({ ...binaryBase, 'ce-id': ['a', 'b'] })), 'ce-id');
    assert.equal(fieldOf(binary({ ...binaryBase, 'ce-subject': '%C0%A0' })), 'ce-subject');
    for (const data of ['text', '{}', 7, true, []]) assert.equal(fieldOf(structured({ ...base, data })), 'data');
    assert.equal(fieldOf(structured({ ...base, data: { id: 'other' } })), 'data.id');
    assert.equal(fieldOf(structured({ ...base, data: { type: 'call.ended' } })), 'data.type');
    assert.equal(fieldOf(binary(binaryBase, '{"id":"other"}')), 'id');
    assert.equal(fieldOf(structured({ ...base, data_base64: '***' })), 'data_base64');
    assert.equal(fieldOf(structured({ ...base, data_base64: 'e30=', data: {} })), 'data_base64');
    assert.equal(fieldOf(structured({ ...base, datacontenttype: 'text/xml', data: '<a/>' })), 'datacontenttype');
    assert.equal(fieldOf(structured({ ...base, subject: 7 })), 'subject');
    assert.equal(fieldOf(binary(binaryBase, '{}', 'text/xml')), 'content-type');
    assert.equal(fieldOf({ ...structured(base), contentType: 'application/cloudevents+avro' }), 'content-type');
    assert.equal(fieldOf(binary({}, '{}')), 'ce-specversion');
    for (const request of [structured([base]), batch(base)]) assert.equal(fieldOf(request), '');
    for (const text of ['', 'geheim', '{"a":']) assert.equal(fieldOf({ ...structured(base), text }), '');
    assert.deepEqual(decode(batch([])), { inputs: [], isList: true });
  });

  it('repeats nothing of a body it cannot read', () => {
    assert.doesNotMatch(JSON.stringify(decode({ ...structured(base), text: '{"password":"geheim' })), /geheim/);
  });

  it('answers every request with inputs or a problem', () => {
    const types = fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      '',
      'text/plain',
    );
    const names = fc.constantFrom('ce-id', 'ce-source', 'ce-type', 'ce-subject', 'ce-time', 'x');
    const documents = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record(
          {
            ...Object.fromEntries(
              Object.entries(base).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
            ),
            data: fc.jsonValue(),
            data_base64: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((document) => JSON.stringify(document)),
    );
    fc.assert(
      fc.property(
        types,
        fc.dictionary(names, fc.string()),
        documents,
        fc.boolean(),
        (contentType, headers, text, isBinary) => {
          const decoded = decode({
            contentType,
            headers: { ...headers, ...(isBinary && { 'ce-specversion': '1.0' }) },
            text,
          });
          assert.ok('inputs' in decoded || decoded.problem.message !== '');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is not led astray by names that objects have', () => {
    const text =
      '{"specversion":"1.0","id":"e1","source":"/","type":"call.started","data":{"__proto__":{"call":{"id":"x"}},"constructor":1}}';
    const input = inputOf({ ...structured(base), text }) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(input), Object.prototype);
    assert.equal(input['call'], undefined);
  });
});
