import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRetry, longestRetryAfterMs, nextDelayMs, planLengthMs } from './retry-policy.ts';

test('the documented plan, the last delay repeated, and an end', () => {
  const policy = { maxAttempts: 4, delaysMs: [1_000, 5_000], jitter: 0 };
  assert.deepEqual(
    [1, 2, 3, 4].map((attempts) => nextDelayMs(policy, attempts, null, 0.5)),
    [1_000, 5_000, 5_000, null],
  );
  assert.equal(planLengthMs(policy), 11_000);
});

test('jitter moves a delay by at most its share, both ways', () => {
  const policy = { maxAttempts: 9, delaysMs: [10_000], jitter: 0.1 };
  assert.equal(nextDelayMs(policy, 1, null, 0), 9_000);
  assert.equal(nextDelayMs(policy, 1, null, 0.5), 10_000);
  assert.equal(nextDelayMs(policy, 1, null, 1), 11_000);
});

test('a receiver can make the wait longer, up to a day, never shorter', () => {
  assert.equal(nextDelayMs(defaultRetry, 1, 1, 0.5), 5_000);
  assert.equal(nextDelayMs(defaultRetry, 1, 90_000, 0.5), 90_000);
  assert.equal(nextDelayMs(defaultRetry, 1, 30 * 86_400_000, 0.5), longestRetryAfterMs);
});

test("Offhook's own plan takes about 18 hours, well within the week events are kept", () => {
  const hours = planLengthMs(defaultRetry) / 3_600_000;
  assert.ok(hours > 17 && hours < 20, `${hours} h`);
});
