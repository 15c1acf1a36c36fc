import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Leg } from './call.ts';
import { legStatus } from './leg-status.ts';

const statusOf = (outcome: Leg['outcome'], role: Leg['role'], answeredAt: string | null = null) =>
  legStatus({ outcome, role, answeredAt } as Leg);

test('who was joined with another has answered where somebody did, and given up where nobody had yet', () => {
  const then = '2026-11-21T10:00:00.000Z';
  assert.equal(statusOf('transferred', 'caller', then), 'answered');
  assert.equal(statusOf('transferred', 'callee', then), 'answered');
  assert.equal(statusOf('transferred', 'caller'), 'cancelled');
  assert.equal(statusOf('transferred', 'callee'), 'no_answer');
});

test('a menu that took the call has answered it; of a queue that let it go, or a leg without an end, nobody has', () => {
  assert.equal(statusOf('machine', 'ivr'), 'answered');
  assert.equal(statusOf('abandoned', 'queue'), 'cancelled');
  assert.equal(statusOf(null, 'callee'), 'no_answer');
});
