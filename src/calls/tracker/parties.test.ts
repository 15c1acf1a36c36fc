import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean } from './parties.ts';

test('of a text no more is kept than the model takes, and no half character', () => {
  const long = clean(`a${'\u{1f600}'.repeat(400)}`);
  assert.equal(long?.length, 512);
  assert.ok(long.isWellFormed());
  assert.equal(clean('x'.repeat(512)), 'x'.repeat(512));
  assert.equal(clean(' A\u0000B\r\n '), 'A B');
  for (const empty of [null, '', ' \u0007 ']) assert.equal(clean(empty), null);
});
