import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-types/index.ts';
import { eventOf } from '../../test/support/builders.ts';
import { MatchIndex, type Selector, wants } from './match-index.ts';

const types: EventType[] = ['call.started', 'leg.ringing', 'call.ended'];
const domains = ['acme', 'globex'];
const people = ['101', '102', '103'];
const orAll = (values: readonly string[]) => fc.constantFrom('*', ...values);

const selector: fc.Arbitrary<Selector> = fc.record({
  subscription: fc.nat(50),
  endpoint: fc.nat(5),
  lane: fc.nat(5),
  from: fc.integer({ min: 1, max: 20 }),
  to: fc.integer({ min: 10, max: 40 }),
  reseller: orAll(['default', 'other']),
  domain: orAll(domains),
  user: orAll(['alice', 'bob']),
  extension: orAll(people),
  events: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1 }),
  filter: fc.constant(null),
});

const event: fc.Arbitrary<Event> = fc
  .record({
    seq: fc.integer({ min: 1, max: 45 }),
    type: fc.constantFrom(...types),
    domain: fc.constantFrom(...domains),
    user: fc.constantFrom(null, 'alice', 'bob'),
    extension: fc.constantFrom(null, ...people),
    extensions: fc.array(fc.constantFrom(...people), { maxLength: 4 }),
  })
  .map(({ seq, ...facts }) => ({ ...eventOf(facts), seq, acceptedAt: '2026-01-01T00:00:00.000Z' }));

/** Alice owns 101 and shares 102 with Bob, in one of the domains. */
const owners: Readonly<Record<string, readonly string[]>> = { '101': ['alice'], '102': ['alice', 'bob'] };
const usersOf = (domain: string, extension: string): readonly string[] =>
  domain === 'acme' ? (owners[extension] ?? []) : [];
/** Said another way than the index says it. */
const isTheirs = (one: Selector, { user, domain, extension, extensions }: Event): boolean =>
  one.user === '*' ||
  one.user === user ||
  [extension, ...extensions].some((number) => number !== null && usersOf(domain, number).includes(one.user));

test('it finds exactly those that want the event, each once, also after some were removed', () => {
  fc.assert(
    fc.property(
      fc.array(selector, { maxLength: 30 }),
      fc.array(fc.nat(29)),
      fc.array(event, { minLength: 1, maxLength: 10 }),
      (all, gone, events) => {
        const index = new MatchIndex(usersOf);
        for (const one of all) index.add(one);
        const removed = new Set(gone.map((at) => all[at]).filter((one) => one !== undefined));
        for (const one of removed) index.remove(one);
        const left = all.filter((one) => !removed.has(one));
        for (const happened of events) {
          const found: Selector[] = [];
          index.match(happened, (one) => found.push(one));
          assert.deepEqual(
            new Set(found),
            new Set(left.filter((one) => wants(one, happened, usersOf) && isTheirs(one, happened))),
          );
          assert.equal(found.length, new Set(found).size);
        }
        for (const one of left) index.remove(one);
        assert.deepEqual(index.domains(), []);
        assert.equal(index.size, 0);
      },
    ),
  );
});

test('subscriptions that do not match are not even asked', () => {
  const index = new MatchIndex();
  let asked = 0;
  const add = (extension: string, domain: string): void =>
    index.add({
      subscription: 1,
      endpoint: 1,
      lane: 1,
      from: 1,
      to: 100,
      reseller: '*',
      domain,
      user: '*',
      extension,
      events: types,
      filter: () => (asked++, true),
    });
  for (let number = 0; number < 10_000; number++) add(`x${number}`, 'acme');
  for (let number = 0; number < 10_000; number++) add('*', `domain${number}`);
  add('101', 'acme');
  index.match({ ...eventOf(), seq: 5, acceptedAt: '' }, () => {});
  assert.equal(asked, 1);
});
