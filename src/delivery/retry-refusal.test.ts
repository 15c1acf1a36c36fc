import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOf, eventOf } from '../../test/support/builders.ts';
import type { Event } from '../model/event.ts';
import { attemptOutcomes } from '../records/delivery-store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { retryRefusal } from './retry-refusal.ts';

const acceptedAt = '2026-01-01T00:00:00.000Z';
const event: Event = { ...eventOf(), seq: 1, acceptedAt };
const of = (facts: Parameters<typeof draftOf>[1] = {}) =>
  draftOf('https://x.example/', facts) as unknown as Subscription;
const now = Date.parse(acceptedAt) + 60_000;

test('what was not delivered may be tried again while there is a subscription, an event, and time left', () => {
  for (const outcome of [...attemptOutcomes, null]) {
    assert.equal(retryRefusal(of(), event, outcome, now), outcome === 'delivered' ? 'delivered' : null);
  }
  assert.equal(retryRefusal(null, event, 'cancelled', now), 'deleted');
  assert.equal(retryRefusal(of(), null, 'cancelled', now), 'gone');
  assert.equal(retryRefusal(of({ selection: { enabled: false } }), event, 'cancelled', now), 'disabled');
  const expiring = of({ expireAfterMs: { [event.type]: 60_000 } });
  assert.equal(retryRefusal(expiring, event, 'expired', now), null);
  assert.equal(retryRefusal(expiring, event, 'expired', now + 1), 'expired');
});
