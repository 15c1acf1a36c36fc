import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

test('a duration is a number and its unit', () => {
  assert.equal(parseDuration('30s'), 30_000);
  assert.equal(parseDuration(' 1.5h '), 5_400_000);
  assert.equal(parseDuration('7d'), 604_800_000);
  for (const wrong of ['', '5', 's', '-1s', '1 h', '1e3s', '5y', '٣s']) assert.equal(parseDuration(wrong), null);
});

test('what is written can be read back', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
});
