import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredAttempt } from '../../records/attempt-queries.ts';
import type { AttemptRow, ParkedRow } from '../../records/delivery-store.ts';
import type { SelectionVersion } from '../../subscriptions/subscription.ts';
import type { Refusal } from '../../subscriptions/why-not.ts';
import type { Standing } from './standing.ts';
import { versionAt } from '../../subscriptions/subscription.ts';
import { type Why, whyOf, type WhyFacts } from './why.ts';

const acceptedAt = '2026-01-01T00:00:00.000Z';
const seq = 50;
const version: SelectionVersion = {
  enabled: true,
  scope: { reseller: '*', domain: 'acme', user: '*', extension: '*' },
  events: ['call.started'],
  filter: 'false',
  endpoint: 1,
  from: 10,
  to: null,
};
const subscription = { versions: [version], retry: { maxAttempts: 5, delaysMs: [1], jitter: 0 }, expireAfterMs: {} };
const standing: Standing = { state: 'waiting', behind: null, ahead: 3, holds: [] };
const attempt = (change: Partial<AttemptRow>): StoredAttempt => ({
  row: 1,
  subscription: 1,
  endpoint: 1,
  seq,
  replay: 0,
  batch: seq,
  attempt: 1,
  outcome: 'delivered',
  status: 200,
  startedAt: 1_000,
  durationMs: 20,
  detail: null,
  ...change,
});
const parked: ParkedRow = {
  subscription: 1,
  seq,
  replay: 0,
  endpoint: 1,
  batch: seq,
  orderKey: 'acme call',
  attempts: 2,
  dueAt: 9_000,
};
const why = (change: Partial<WhyFacts> = {}): Why =>
  whyOf({
    event: { seq, type: 'call.started', acceptedAt },
    subscription,
    refusal: null,
    history: null,
    standing,
    floor: 0,
    ...change,
  });
const after = (...attempts: Partial<AttemptRow>[]) => ({ history: { parked: null, attempts: attempts.map(attempt) } });

test('delivered, with how many attempts it took and when it ended', () => {
  const answer = { answer: 'delivered', attempts: 3, at: 1_020, status: 204 };
  const failed = { outcome: 'failed', attempt: 2, status: 500 } as const;
  assert.deepEqual(why(after({ attempt: 3, status: 204 }, failed)), answer);
  // Whatever the version says that is known now; and of a subscription that is gone.
  const refusal: Refusal = { reason: 'event_type' };
  assert.equal(why({ ...after({}), refusal }).answer, 'delivered');
  assert.equal(why({ ...after({}), subscription: null }).answer, 'delivered');
});

test('settled in other ways, with a stable reason', () => {
  const settled = (row: Partial<AttemptRow>) => {
    const told = why(after({ status: 0, ...row }));
    assert.ok('reason' in told && 'at' in told);
    return [told.answer, told.reason, told.attempts];
  };
  const cancelled = 'cancelled' as const;
  const expired = 'expired' as const;
  const none = { attempt: 0 };
  const cases: [Partial<AttemptRow>, string, string, number][] = [
    [{ outcome: cancelled, attempt: 5, status: 500, detail: 'http_500' }, cancelled, 'attempts_used_up', 5],
    [{ outcome: cancelled, attempt: 1, status: 410, detail: 'http_410' }, cancelled, 'receiver_gone', 1],
    [{ outcome: cancelled, ...none, detail: 'subscription_disabled' }, cancelled, 'subscription_disabled', 0],
    [{ outcome: cancelled, attempt: 2, detail: 'subscription_deleted' }, cancelled, 'subscription_deleted', 2],
    [{ outcome: expired, ...none, detail: 'expire_after' }, expired, 'expire_after', 0],
    [{ outcome: expired, attempt: 1, detail: 'retention' }, expired, 'retention', 1],
    [{ outcome: expired, ...none, detail: 'log_replaced' }, expired, 'log_replaced', 0],
    [
      { outcome: expired, ...none, detail: 'trimmed by retention: events 5 to 50 (at most 46) …' },
      expired,
      'retention',
      0,
    ],
    [{ outcome: expired, ...none, detail: 'log rolled back: events 5 to 50 …' }, expired, 'log_rolled_back', 0],
    [{ outcome: expired, ...none, detail: 'log replaced: events 5 to unknown …' }, expired, 'log_replaced', 0],
    [{ outcome: 'not_encoded', ...none, detail: 'not_encoded: no number' }, 'not_encoded', 'not_encoded', 0],
    [{ outcome: 'skipped', ...none, detail: 'no word for it' }, 'skipped', 'skipped', 0],
  ];
  for (const [row, ...answer] of cases) assert.deepEqual(settled(row), answer);
});

test('parked: until when, after how many of how many, with the last error; or behind which', () => {
  const failed = attempt({ outcome: 'failed', attempt: 2, status: 503, detail: 'http_503' });
  const history = { parked, attempts: [failed] };
  const holds = [{ by: 'breaker', until: 5 } as const, { by: 'paused', until: null } as const];
  const facts = { attempts: 2, maxAttempts: 5, lastError: 'http_503' };
  // An open breaker does not hold up what is parked: it is the probe.
  assert.deepEqual(why({ history, standing: { ...standing, holds } }), {
    answer: 'parked',
    ...facts,
    dueAt: 9_000,
    holds: [{ by: 'paused', until: null }],
  });
  assert.deepEqual(why({ history, standing: { ...standing, state: 'under_way' } }), {
    answer: 'under_way',
    attempts: 2,
  });
  const behind = { subscription: 1, seq: 40 };
  const follower = { parked: { ...parked, attempts: 0, dueAt: null }, attempts: [] };
  const waits = { answer: 'parked_behind', attempts: 0, maxAttempts: 5, lastError: null };
  assert.deepEqual(why({ history: follower, standing: { ...standing, behind } }), { ...waits, behind });
  assert.deepEqual(why({ history: follower, standing: null }), { ...waits, behind: null });
  // Parked again after it was given up: what is parked counts.
  const again = { parked, attempts: [attempt({ outcome: 'cancelled', attempt: 5 }), failed] };
  assert.equal(why({ history: again }).answer, 'parked');
});

test('not wanted by the version in force', () => {
  const refused = (refusal: Refusal) => why({ refusal });
  assert.deepEqual(refused({ reason: 'disabled' }), { answer: 'disabled', version });
  assert.deepEqual(refused({ reason: 'event_type' }), { answer: 'event_type', version });
  assert.deepEqual(refused({ reason: 'filtered' }), { answer: 'filtered', version });
  assert.deepEqual(refused({ reason: 'about_itself' }), { answer: 'about_itself', version });
  for (const level of ['reseller', 'domain', 'user', 'extension'] as const) {
    assert.deepEqual(refused({ reason: 'out_of_scope', level }), { answer: 'out_of_scope', version, level });
  }
  const detail = 'there is no bogus (line 1, column 1)';
  assert.deepEqual(refused({ reason: 'filter_error', detail }), { answer: 'filter_error', version, detail });
});

test('the version that decides, and what is said where there is none', () => {
  const versions = [
    { ...version, from: 10, to: 29 },
    { ...version, from: 30, to: null },
  ];
  assert.equal(versionAt(versions, 29), versions[0]);
  assert.equal(versionAt(versions, 30), versions[1]);
  assert.equal(versionAt(versions, 9), null);
  const late = { ...subscription, versions: [{ ...version, from: 51 }] };
  assert.deepEqual(why({ subscription: late }), { answer: 'before_subscription', from: 51 });
  assert.deepEqual(why({ subscription: late, floor: 50 }), { answer: 'unknown', reason: 'versions_dropped' });
  assert.deepEqual(why({ subscription: null }), { answer: 'deleted' });
});

test('wanted and not settled: under way, or waiting for what; or its trace is gone', () => {
  const behind = { subscription: 1, seq: 49 };
  const holds = [{ by: 'breaker', until: 7_000 } as const];
  const waiting = { answer: 'waiting', attempts: 0, ahead: 3, behind, holds, expiresAt: null };
  assert.deepEqual(why({ standing: { ...standing, behind, holds } }), waiting);
  const expiring = { ...subscription, expireAfterMs: { 'call.started': 60_000 } };
  const told = why({ subscription: expiring });
  assert.equal(told.answer === 'waiting' && told.expiresAt, Date.parse(acceptedAt) + 60_000);
  assert.deepEqual(why({ standing: { ...standing, state: 'under_way' } }), { answer: 'under_way', attempts: 0 });
  const noTrace = { answer: 'unknown', reason: 'no_trace' };
  assert.deepEqual(why({ standing: { ...standing, state: 'settled' } }), noTrace);
  assert.deepEqual(why({ standing: null }), noTrace);
});
