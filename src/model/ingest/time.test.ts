import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utcTime } from './time.ts';

// First, before any other time was read: what was read last is remembered.
test('an empty text is no time', () => {
  assert.equal(utcTime(''), null);
  assert.equal(utcTime('2026-11-21T09:30:04.512Z'), '2026-11-21T09:30:04.512Z');
  assert.equal(utcTime(''), null);
});
