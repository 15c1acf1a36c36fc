import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { draftOf, eventOf } from '../../test/support/builders.ts';
import { SubscriptionRegistry } from './registry.ts';
import type { Subscription } from './subscription.ts';

const { selection, ...draft } = draftOf('https://a.test/');
const made = (number: number, endpoints: readonly number[]): Subscription => ({
  ...draft,
  selection,
  id: `id-${number}`,
  number,
  endpoint: endpoints.at(-1) as number,
  versions: endpoints.map((endpoint, index) => ({
    ...selection,
    endpoint,
    from: index * 10 + 1,
    to: index === endpoints.length - 1 ? null : (index + 1) * 10,
  })),
  createdBy: null,
  createdAt: '',
  updatedAt: '',
});

const ascending = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);
const endpoint = fc.integer({ min: 1, max: 3 });
const edit = fc.record({
  number: fc.integer({ min: 1, max: 4 }),
  endpoints: fc.option(fc.array(endpoint, { minLength: 1, maxLength: 3 })),
  asks: fc.option(endpoint),
});

test('who uses an endpoint, and its lane’s index, follow every edit, whenever the lane asks first', () => {
  fc.assert(
    fc.property(fc.array(edit), (edits) => {
      const registry = new SubscriptionRegistry(() => () => true);
      const model = new Map<number, readonly number[]>();
      for (const { number, endpoints, asks } of edits) {
        if (asks !== null) registry.laneIndex(asks);
        if (endpoints) registry.put(made(number, endpoints));
        else registry.remove(number);
        if (endpoints) model.set(number, endpoints);
        else model.delete(number);
      }
      for (const lane of [1, 2, 3]) {
        const users = [...model].filter(([, endpoints]) => endpoints.includes(lane)).map(([number]) => number);
        assert.deepEqual(ascending(registry.usersOf(lane)), ascending(users));
        const versions = [...model.values()].flat().filter((one) => one === lane);
        assert.equal(registry.laneIndex(lane).size, versions.length);
        const found: number[] = [];
        registry
          .laneIndex(lane)
          .match({ ...eventOf(), seq: 15, acceptedAt: '' }, (one) => found.push(one.subscription));
        // At 15 the second version is in force, or the only one.
        const sending = [...model].filter(([, endpoints]) => (endpoints[1] ?? endpoints[0]) === lane);
        assert.deepEqual(ascending(found), ascending(sending.map(([number]) => number)));
      }
    }),
  );
});
