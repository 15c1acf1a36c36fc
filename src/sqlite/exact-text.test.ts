import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromExactText, toExactText } from './exact-text.ts';

test('any text comes back from the database as it went in, and different texts stay different', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE texts (text TEXT)');
  const echo = db.prepare('INSERT INTO texts VALUES (?) RETURNING text');
  const stored = (text: string) => (echo.get(toExactText(text)) as { text: string }).text;
  const units = fc.array(fc.oneof(fc.constantFrom(0, 0x22, 0x5c, 0xd800, 0xdc00, 0xfffd), fc.nat(0xffff)));
  const text = units.map((codes) => String.fromCharCode(...codes));
  fc.assert(
    fc.property(text, text, (one, other) => {
      assert.equal(fromExactText(stored(one)), one);
      assert.equal(stored(one) === stored(other), one === other);
    }),
  );
});
