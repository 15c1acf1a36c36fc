/** What every SubscriptionStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Endpoint, Subscription } from '../../src/subscriptions/subscription.ts';
import { flushOf } from './delivery-store.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

export function subscriptionOf(number: number, changes: Partial<Subscription> = {}): Subscription {
  const selection = {
    enabled: true,
    scope: { reseller: '*', domain: 'acme', user: '*', extension: '101' },
    events: ['call.started', 'call.ended'] as const,
    filter: "call.direction == 'inbound'",
  };
  return {
    id: number.toString(16).padStart(32, '0'),
    number,
    endpoint: number,
    name: `subscription ${number}`,
    notes: oddTexts.join('|'),
    selection,
    versions: [{ ...selection, endpoint: number, from: 7, to: null }],
    dialect: 'cloudevents',
    options: { mode: 'batch', nested: { deep: [1, null] } },
    target: {
      name: null,
      url: 'https://user:password@crm.example/hook?token=abc',
      method: 'POST',
      auth: { kind: 'basic', username: 'u', password: 'p"\u0000é' },
      headers: { 'x-api-key': 'secret' },
      timeoutMs: 10_000,
      maxInFlight: 8,
      ratePerSecond: null,
      signing: { secrets: ['whsec_new', 'whsec_old'] },
    },
    retry: { maxAttempts: 5, delaysMs: [5_000, 30_000], jitter: 0.1 },
    order: 'call',
    expireAfterMs: { 'leg.ringing': 60_000 },
    redundancy: { geo: true, preferredServer: null },
    createdBy: '0123456789abcdef',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

function endpointOf(number: number, changes: Partial<Endpoint> = {}): Endpoint {
  const key = `https://crm${number}.example`;
  return {
    number,
    domain: 'acme',
    reseller: 'default',
    key,
    maxInFlight: 8,
    ratePerSecond: null,
    paused: false,
    ...changes,
  };
}

export function subscriptionStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`subscription store: ${name}`, () => {
    withStore('starts empty, with the first numbers', async ({ records }) => {
      const { subscriptions } = records();
      assert.deepEqual(await subscriptions.load(), { subscriptions: [], endpoints: [] });
      assert.deepEqual(await subscriptions.nextNumbers(), { subscription: 1, endpoint: 1 });
    });

    withStore('keeps them whole, secrets and all, in order of their numbers', async ({ records, reopen }) => {
      const { subscriptions } = records();
      const all = [3, 1, 2].map((number) => subscriptionOf(number));
      for (const one of all) await subscriptions.put(one, endpointOf(one.number));
      await reopen();
      assert.deepEqual(await records().subscriptions.load(), {
        subscriptions: all.toSorted((a, b) => a.number - b.number),
        endpoints: [1, 2, 3].map((number) => endpointOf(number)),
      });
    });

    withStore('replaces a subscription and its endpoint', async ({ records }) => {
      const { subscriptions } = records();
      await subscriptions.put(subscriptionOf(1), endpointOf(1));
      const changed = subscriptionOf(1, {
        name: 'renamed',
        endpoint: 2,
        target: { ...subscriptionOf(1).target, signing: null },
      });
      await subscriptions.put(changed, endpointOf(2));
      await subscriptions.putEndpoint(endpointOf(1, { paused: true, ratePerSecond: 5 }));
      assert.deepEqual(await subscriptions.load(), {
        subscriptions: [changed],
        endpoints: [endpointOf(1, { paused: true, ratePerSecond: 5 }), endpointOf(2)],
      });
    });

    withStore('never gives a number out twice', async ({ records, reopen }) => {
      const first = await records().subscriptions.nextNumbers();
      const many = await Promise.all(Array.from({ length: 20 }, () => records().subscriptions.nextNumbers()));
      const numbers = [first, ...many].map(({ subscription }) => subscription);
      assert.equal(new Set(numbers).size, numbers.length);
      await records().subscriptions.put(subscriptionOf(40), endpointOf(50));
      await records().subscriptions.remove(40);
      await records().subscriptions.removeEndpoint(50);
      await reopen();
      const next = await records().subscriptions.nextNumbers();
      assert.ok(next.subscription > 40 && next.endpoint > 50);
    });

    withStore('removes a subscription with its counters, and an endpoint', async ({ records }) => {
      const { subscriptions, delivery, attempts } = records();
      await subscriptions.put(subscriptionOf(1, { endpoint: 1 }), endpointOf(1));
      await subscriptions.put(subscriptionOf(2, { endpoint: 1 }), endpointOf(1));
      const counted = { posts: 1, errors: 0, lastSuccessAt: 5, lastErrorAt: null, lastError: null };
      await delivery.flush(flushOf({ counters: [1, 2].map((subscription) => ({ subscription, ...counted })) }));
      await subscriptions.remove(1);
      assert.deepEqual(await subscriptions.load(), {
        subscriptions: [subscriptionOf(2, { endpoint: 1 })],
        endpoints: [endpointOf(1)],
      });
      assert.deepEqual(
        (await attempts.counters([1, 2])).map(({ subscription }) => subscription),
        [2],
      );
      await subscriptions.remove(2);
      await subscriptions.remove(99);
      assert.deepEqual(await subscriptions.load(), { subscriptions: [], endpoints: [endpointOf(1)] });
      await subscriptions.removeEndpoint(1);
      await subscriptions.removeEndpoint(99);
      assert.deepEqual(await subscriptions.load(), { subscriptions: [], endpoints: [] });
      await subscriptions.put(subscriptionOf(3), endpointOf(3, { key: endpointOf(1).key }));
    });

    withStore('refuses a second endpoint of the same key, and changes nothing then', async ({ records }) => {
      const { subscriptions } = records();
      await subscriptions.put(subscriptionOf(1), endpointOf(1));
      await assert.rejects(subscriptions.put(subscriptionOf(2), endpointOf(2, { key: endpointOf(1).key })));
      assert.deepEqual(await subscriptions.load(), { subscriptions: [subscriptionOf(1)], endpoints: [endpointOf(1)] });
      await subscriptions.put(subscriptionOf(2), endpointOf(2, { key: endpointOf(1).key, domain: 'other' }));
    });

    withStore('loads thousands', async ({ records }) => {
      const { subscriptions } = records();
      await Promise.all(
        Array.from({ length: 2_100 }, (_, index) =>
          subscriptions.put(subscriptionOf(index + 1), endpointOf(index + 1)),
        ),
      );
      const loaded = await subscriptions.load();
      assert.deepEqual(
        loaded.subscriptions.map(({ number }) => number),
        Array.from({ length: 2_100 }, (_, index) => index + 1),
      );
      assert.equal(loaded.endpoints.length, 2_100);
    });
  });
}
