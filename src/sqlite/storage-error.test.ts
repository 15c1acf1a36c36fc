import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toErrorMessage } from './storage-error.ts';

const codeOf = (errcode: number): string => toErrorMessage(Object.assign(new Error('said'), { errcode })).code;

test("what SQLite's numbers mean: whatever may succeed another time is no fault of what was to be stored", () => {
  for (const passing of [5, 6, 7, 9, 15]) assert.equal(codeOf(passing), 'busy', String(passing));
  assert.equal(codeOf(10), 'io');
  assert.equal(codeOf(10 | (12 << 8)), 'io', 'an extended code is of its kind');
  assert.equal(codeOf(7 | (1 << 8)), 'busy');
  assert.equal(codeOf(13), 'full');
  assert.equal(codeOf(19), 'constraint');
  assert.equal(codeOf(11), 'corrupt');
  assert.equal(codeOf(1), 'other');
});
