import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRow } from '../../records/delivery-store.ts';
import { DeliveryCounts, failureOf } from './delivery-counts.ts';

const row = (facts: Partial<AttemptRow>): AttemptRow => ({
  subscription: 1,
  endpoint: 1,
  seq: 1,
  replay: 0,
  batch: 1,
  attempt: 1,
  outcome: 'delivered',
  status: 204,
  startedAt: 0,
  durationMs: 0,
  detail: null,
  ...facts,
});

test('so many subscriptions are counted by themselves, the others together, and a place is given on with its subscription', () => {
  const counts = new DeliveryCounts(2);
  for (const subscription of [5, 6, 7, 7, 8, 5]) counts.recorded(row({ subscription }), undefined);
  assert.deepEqual(Object.fromEntries(counts.subscriptions), { 5: { delivered: 2 }, 6: { delivered: 1 } });
  assert.deepEqual(counts.otherSubscriptions, { delivered: 3 });
  counts.forget((number) => number !== 6);
  counts.recorded(row({ subscription: 8 }), undefined);
  assert.deepEqual(Object.fromEntries(counts.subscriptions), { 5: { delivered: 2 }, 8: { delivered: 1 } });
  // What was counted together never goes back.
  assert.deepEqual(counts.otherSubscriptions, { delivered: 3 });
});

test('a failed attempt settles nothing; what was given up is counted by its reason', () => {
  const counts = new DeliveryCounts(10);
  counts.recorded(row({ outcome: 'failed', status: 503, detail: 'http_503' }), undefined);
  assert.equal(counts.dialects.size, 0);
  counts.recorded(row({ outcome: 'cancelled', status: 503, detail: 'http_503', attempt: 9 }), undefined);
  counts.recorded(row({ outcome: 'cancelled', status: 410, detail: 'http_410' }), undefined);
  counts.recorded(row({ outcome: 'cancelled', status: 0, attempt: 0, detail: 'subscription_deleted' }), undefined);
  counts.recorded(row({ outcome: 'expired', status: 0, attempt: 0, detail: 'expire_after' }), undefined);
  counts.recorded(row({ outcome: 'expired', status: 0, attempt: 0, detail: 'trimmed: events 1 to 9' }), undefined);
  assert.deepEqual(Object.fromEntries(counts.givenUp), {
    attempts_used_up: 1,
    gone: 1,
    subscription_deleted: 1,
    expire_after: 1,
    other: 1,
  });
});

test('attempts of replays are counted by themselves too, those that failed among them', () => {
  const counts = new DeliveryCounts(10);
  counts.recorded(row({}), undefined);
  counts.recorded(row({ replay: 3, outcome: 'failed' }), undefined);
  counts.recorded(row({ replay: 4 }), undefined);
  assert.deepEqual(counts.replays, { failed: 1, delivered: 1 });
});

test('a failure’s label is its code alone, never a word of its message', () => {
  assert.equal(failureOf('timeout: no answer within 10000 ms'), 'timeout');
  assert.equal(failureOf('refused_address: 10.0.0.1 is private'), 'refused_address');
  assert.equal(failureOf('http://example.com/secret failed'), 'other');
  assert.equal(failureOf(null), 'other');
});
