import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readFields } from './read-fields.ts';

const read = (type: string | undefined, text: string) => readFields(type, Buffer.from(text));
const fieldsOf = (type: string | undefined, text: string) => {
  const found = read(type, text);
  return 'fields' in found ? Object.fromEntries(found.fields) : found.wrong;
};

test('JSON objects and forms give the same fields; a name that comes twice has two values', () => {
  assert.deepEqual(fieldsOf('application/json; charset=utf-8', '{"a":"1","b":2}'), { a: ['1'], b: [2] });
  assert.deepEqual(fieldsOf(undefined, '{"a":"1"}'), { a: ['1'] });
  assert.deepEqual(fieldsOf('application/x-www-form-urlencoded', 'a=1&b=%2B&a=3'), { a: ['1', '3'], b: ['+'] });
  assert.deepEqual(fieldsOf('text/anything', ''), {});
});

test('what can’t be read says why', () => {
  assert.match(JSON.stringify(fieldsOf('application/json', '{')), /not valid JSON/);
  assert.match(JSON.stringify(fieldsOf('application/json', '[1]')), /no JSON object/);
  assert.match(JSON.stringify(fieldsOf('text/xml', '<a/>')), /application\/json/);
  const windows1251 = readFields('application/json', Buffer.from([0x7b, 0xcf, 0x7d]));
  assert.deepEqual(windows1251, { wrong: 'The body is not UTF-8.' });
  assert.match(JSON.stringify(fieldsOf('application/x-www-form-urlencoded', 'a=1&'.repeat(2_000))), /more than 1000/);
});

test('no bytes whatever make it fail, and a name of JavaScript’s own is a name like others', () => {
  const types = fc.constantFrom(undefined, '', 'application/json', 'application/x-www-form-urlencoded', 'x');
  fc.assert(
    fc.property(
      types,
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (type, bytes) => {
        const found = readFields(type, bytes);
        assert.ok('fields' in found || found.wrong.length > 0);
      },
    ),
  );
  const found = read('application/json', '{"__proto__":{"x":1},"constructor":"c"}');
  assert.ok('fields' in found && found.fields.get('constructor')?.[0] === 'c');
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});
