import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteRange } from './byte-range.ts';

test('one range of bytes, from the beginning, in the middle, and at the end', () => {
  assert.deepEqual(byteRange('bytes=0-', 10), { from: 0, until: 9 });
  assert.deepEqual(byteRange('bytes=2-4', 10), { from: 2, until: 4 });
  assert.deepEqual(byteRange('bytes=8-100', 10), { from: 8, until: 9 });
  assert.deepEqual(byteRange('bytes=-3', 10), { from: 7, until: 9 });
  assert.deepEqual(byteRange('bytes=-30', 10), { from: 0, until: 9 });
});

test('what begins past the end is beyond', () => {
  assert.equal(byteRange('bytes=10-', 10), 'beyond');
  assert.equal(byteRange('bytes=0-', 0), 'beyond');
});

test('anything else means all of it', () => {
  for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b'])
    assert.equal(byteRange(header, 10), null, header);
});
