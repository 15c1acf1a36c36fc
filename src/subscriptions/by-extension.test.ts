import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { subscriptionOf } from '../../test/conformance/subscription-store.ts';
import { SubscriptionRegistry } from './registry.ts';
import type { Subscription } from './subscription.ts';

const name = fc.constantFrom('a', 'b', '*');
const edit = fc.record({ number: fc.integer({ min: 1, max: 4 }), domain: name, extension: name, isGone: fc.boolean() });

function made(number: number, domain: string, extension: string): Subscription {
  const one = subscriptionOf(number);
  const selection = { ...one.selection, filter: null, scope: { reseller: '*', domain, user: '*', extension } };
  return { ...one, selection, versions: [{ ...selection, endpoint: 1, from: 1, to: null }] };
}

test('those made for one extension are found by it, as every edit left them; those for more are not', () => {
  fc.assert(
    fc.property(fc.array(edit), (edits) => {
      const registry = new SubscriptionRegistry(() => () => true);
      for (const { number, domain, extension, isGone } of edits) {
        if (isGone) registry.remove(number);
        else registry.put(made(number, domain, extension));
      }
      for (const domain of ['a', 'b', '*']) {
        for (const extension of ['a', 'b', '*']) {
          const isOne = domain !== '*' && extension !== '*';
          const expected = [...registry.subscriptions()].filter(({ selection: { scope } }) => {
            return isOne && scope.domain === domain && scope.extension === extension;
          });
          const found = [...registry.madeFor(domain, extension)];
          const byNumber = (all: readonly Subscription[]) => all.map(({ number }) => number).toSorted((a, b) => a - b);
          assert.deepEqual(byNumber(found), byNumber(expected));
        }
      }
    }),
  );
});
