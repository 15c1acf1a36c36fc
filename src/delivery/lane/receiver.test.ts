import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultBreakerLimits } from '../breaker.ts';
import { Receiver } from './receiver.ts';
import type { Verdict } from './unit.ts';

const verdict = (change: Partial<Verdict>): Verdict => ({
  outcome: 'failed',
  requested: true,
  status: 0,
  detail: null,
  retryAfterMs: null,
  startedAt: 0,
  durationMs: 0,
  ...change,
});
const judge = (receiver: Receiver, change: Partial<Verdict>, now = 0): void =>
  receiver.judge(verdict(change), now, 8, 0.5);

test('refused credentials are held against no receiver: others may share its endpoint', () => {
  const receiver = new Receiver(defaultBreakerLimits);
  for (let sent = 0; sent < 20; sent++) judge(receiver, { credentialsRefused: true });
  assert.equal(receiver.breaker.state, 'closed');
  // Nor do they end a row of failures.
  for (let sent = 0; sent < 4; sent++) judge(receiver, {});
  judge(receiver, { credentialsRefused: true });
  judge(receiver, {});
  assert.equal(receiver.breaker.state, 'open');
});

test('a probe that could not be sent for refused credentials puts the next one off', () => {
  const receiver = new Receiver(defaultBreakerLimits);
  for (let sent = 0; sent < 5; sent++) judge(receiver, {});
  const { probeAt } = receiver.breaker;
  judge(receiver, { credentialsRefused: true }, probeAt);
  assert.equal(receiver.breaker.state, 'open');
  assert.ok(receiver.breaker.probeAt > probeAt);
});
