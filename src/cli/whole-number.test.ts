import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrongUse } from './failure.ts';
import { wholeNumber } from './whole-number.ts';

test('an option that counts takes whole numbers from 1 on, and says what another is not', () => {
  assert.equal(wholeNumber('--limit', '20'), 20);
  assert.equal(wholeNumber('--from-seq', '007', 'sequence of an event'), 7);
  for (const wrong of ['0', '-1', '1.5', '1e3', ' 1', '', '1'.repeat(16)]) {
    const expected = new WrongUse(`--from-seq: ${wrong} is no sequence of an event`);
    assert.throws(() => wholeNumber('--from-seq', wrong, 'sequence of an event'), expected);
  }
});
