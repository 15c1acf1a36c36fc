import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, refusedBackoff, networkBackoff } from './backoff.ts';

const low = { next: () => 0 };
const high = { next: () => 0.999_999 };

test('waits grow from half a second to half a minute and stay there, spread over the whole range', () => {
  assert.equal(backoffMs(networkBackoff, 1, low), 50);
  assert.equal(backoffMs(networkBackoff, 1, high), 500);
  assert.equal(backoffMs(networkBackoff, 4, high), 4000);
  assert.equal(backoffMs(networkBackoff, 1000, high), 30_000);
});

test('after a refusal no wait is shorter than half a minute, and they grow to ten', () => {
  assert.equal(backoffMs(refusedBackoff, 1, low), 30_000);
  assert.equal(backoffMs(refusedBackoff, 9, high), 600_000);
});
