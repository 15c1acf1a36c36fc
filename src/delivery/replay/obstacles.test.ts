import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventOf } from '../../../test/support/builders.ts';
import type { EventType } from '../../model/event-types/index.ts';
import { type Selector, type UsersOf, wants } from '../../subscriptions/match-index.ts';
import { Obstacles } from './obstacles.ts';

const types: EventType[] = ['call.started', 'call.ended', 'leg.ringing'];
const anyOf = (...names: string[]) => fc.constantFrom('*', ...names);
const selectors = fc.array(
  fc
    .record({
      reseller: anyOf('r1', 'r2'),
      domain: anyOf('a', 'b'),
      user: anyOf('bob', 'carol'),
      extension: anyOf('101', '102'),
      events: fc.subarray(types),
    })
    .map((facts): Selector => {
      const of = { subscription: 1, endpoint: 1, lane: 1, from: 0, to: Number.MAX_SAFE_INTEGER };
      return { ...of, ...facts, filter: () => false };
    }),
  { maxLength: 12 },
);
const events = fc.record({
  reseller: fc.constantFrom('r1', 'r2'),
  domain: fc.constantFrom('a', 'b'),
  user: fc.constantFrom(null, 'bob', 'carol'),
  extension: fc.constantFrom(null, '101', '102'),
  extensions: fc.subarray(['101', '102']),
  type: fc.constantFrom(...types),
});
const usersOf: UsersOf = (domain, extension) => (domain === 'a' && extension === '101' ? ['bob'] : []);

test('an event’s obstacle is what it came furthest with, of all selectors one by one', () => {
  fc.assert(
    fc.property(selectors, events, (all, facts) => {
      const event = { ...eventOf(facts), seq: 1, acceptedAt: '2026-01-01T00:00:00.000Z' };
      const within = all.filter((one) => wants({ ...one, events: types, filter: null }, event, usersOf));
      const isTypeWanted = within.some((one) => one.events.includes(event.type));
      const expected = isTypeWanted ? 'filter' : within.length > 0 ? 'type' : 'scope';
      assert.equal(new Obstacles(all, usersOf).of(event), expected);
    }),
  );
});
