/** When a failed delivery is tried again, and when it is given up. Pure. */
import type { RetryPolicy } from '../subscriptions/subscription.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Offhook's own: 5 s, 30 s, 2 m, 10 m, 30 m, 2 h, 5 h, 10 h; nine attempts over about 18 hours. */
export const defaultRetry: RetryPolicy = {
  maxAttempts: 9,
  delaysMs: [5_000, 30_000, 2 * minute, 10 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour],
  jitter: 0.1,
};

/** A receiver's wish to wait is honoured up to here. */
export const longestRetryAfterMs = 24 * hour;

/**
 * Milliseconds until the next attempt, or null when `attempts` was the last one.
 * @param attempts attempts made so far, at least 1
 * @param retryAfterMs what the receiver asked for; it can only make the wait longer
 * @param chance uniform in [0, 1)
 */
export function nextDelayMs(
  policy: RetryPolicy,
  attempts: number,
  retryAfterMs: number | null,
  chance: number,
): number | null {
  if (attempts >= policy.maxAttempts) return null;
  const step = policy.delaysMs[Math.min(attempts, policy.delaysMs.length) - 1] ?? 0;
  const moved = step * (1 + policy.jitter * (2 * chance - 1));
  return Math.round(Math.max(moved, Math.min(retryAfterMs ?? 0, longestRetryAfterMs)));
}

/** The longest time from the first attempt to the last, jitter included. */
export function planLengthMs(policy: RetryPolicy): number {
  let sum = 0;
  for (let attempts = 1; attempts < policy.maxAttempts; attempts++) {
    sum += policy.delaysMs[Math.min(attempts, policy.delaysMs.length) - 1] ?? 0;
  }
  return Math.round(sum * (1 + policy.jitter));
}
