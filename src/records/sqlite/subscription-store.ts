import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { Endpoint } from '../../subscriptions/subscription.ts';
import type { SubscriptionStore } from '../subscription-store.ts';
import type { Seal } from './seal.ts';
import { decodeSubscription, encodeSubscription } from './subscription-codec.ts';
import type { EndpointRow } from './subscription-jobs.ts';
import { type SqliteOutbox, weightAlongside } from './tenant-stores.ts';

function endpointRow(endpoint: Endpoint): EndpointRow {
  const { number, reseller, domain, key } = endpoint;
  return { number, reseller, domain, key, body: JSON.stringify(endpoint) };
}

/** All rows, page by page: `next` gives those after a number. */
async function readAll<Row extends { readonly number: number }>(
  next: (number: number) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await next(rows.at(-1)?.number ?? 0);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

export function sqliteSubscriptionStore(engine: SqliteEngine, seal: Seal, outbox: SqliteOutbox): SubscriptionStore {
  return {
    load: async () => {
      const subscriptions = await readAll((number) => engine.read('subscriptions.after', { number }));
      const endpoints = await readAll((number) => engine.read('endpoints.after', { number }));
      return {
        subscriptions: subscriptions.map((row) => decodeSubscription(row, seal)),
        endpoints: endpoints.map((row) => JSON.parse(row.body) as Endpoint),
      };
    },
    nextNumbers: () => engine.write('subscriptions.nextNumbers', undefined),
    put: (subscription, endpoint, alongside) => {
      const row = { subscription: encodeSubscription(subscription, seal), endpoint: endpointRow(endpoint), alongside };
      return outbox.written(alongside, engine.write('subscriptions.put', row, weightAlongside(alongside, 2_000)));
    },
    putEndpoint: (endpoint, alongside) => {
      const row = { ...endpointRow(endpoint), alongside };
      return outbox.written(alongside, engine.write('subscriptions.putEndpoint', row, weightAlongside(alongside)));
    },
    remove: (subscription, alongside) => {
      const which = { subscription, alongside };
      return outbox.written(alongside, engine.write('subscriptions.remove', which, weightAlongside(alongside)));
    },
    removeEndpoint: (endpoint) => engine.write('subscriptions.removeEndpoint', { endpoint }),
  };
}
