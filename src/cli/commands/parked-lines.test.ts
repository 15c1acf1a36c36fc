import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parkedLines } from './parked-lines.ts';
import type { ParkedFacts } from './subscription-list.ts';

const nothing: ParkedFacts = { retrying: 0, behind: 0, behindOthers: 0, heldBy: [], dueAt: null };
const lines = (parked: Partial<ParkedFacts>): readonly string[] =>
  parkedLines({
    id: 'x',
    number: 2,
    name: 'crm',
    dialect: 'ringme',
    status: 'active',
    lag: 0,
    parked: { ...nothing, ...parked },
    endpoint: { url: 'https://crm.example' },
    counters: { posts: 1, errors: 0 },
  });

test('a subscription that keeps nothing back says nothing', () => {
  assert.deepEqual(lines({}), []);
});

test('what it keeps back is told with its reason, for whom it waits and until when', () => {
  const dueAt = '2026-01-31T08:00:00.000Z';
  assert.deepEqual(lines({ retrying: 2, behind: 1, dueAt }), [
    `2 crm: 2 events to be tried again, 1 event of the same calls behind those; next attempt ${dueAt}`,
  ]);
  const [first, second] = lines({ behind: 3, behindOthers: 3, heldBy: [1, 4], dueAt });
  const words = '3 events behind what failed for subscriptions 1, 4 of the same call and receiver';
  assert.equal(first, `2 crm: ${words}; next attempt ${dueAt}`);
  assert.match(second ?? '', /endpoint\.name/);
  assert.match(lines({ behind: 1, behindOthers: 1 })[0] ?? '', /1 event behind what failed for another subscription/);
});
