import type { DatabaseSync } from 'node:sqlite';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import type { Alongside } from '../alongside.ts';
import type { WriteAlongside } from './alongside-jobs.ts';
import type { SubscriptionRow } from './subscription-codec.ts';

export interface EndpointRow {
  readonly number: number;
  readonly reseller: string;
  readonly domain: string;
  readonly key: string;
  readonly body: string;
}

export interface SubscriptionRows {
  readonly subscriptions: readonly Pick<SubscriptionRow, 'number' | 'body' | 'secrets'>[];
  readonly endpoints: readonly Pick<EndpointRow, 'number' | 'body'>[];
}

/** Rows given at once; a subscription is a few kilobytes. */
const page = 500;

interface PutInput {
  readonly subscription: SubscriptionRow;
  readonly endpoint: EndpointRow;
  readonly alongside: Alongside | undefined;
}

interface RemoveInput {
  readonly subscription: number;
  readonly alongside: Alongside | undefined;
}

export function subscriptionWriteJobs(db: DatabaseSync, writeAlongside: WriteAlongside) {
  const putSubscription = db.prepare(`
    INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET
      id = excluded.id, endpoint = excluded.endpoint, body = excluded.body, secrets = excluded.secrets`);
  const putEndpoint = db.prepare(`
    INSERT INTO endpoints VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET
      reseller = excluded.reseller, domain = excluded.domain, key = excluded.key, body = excluded.body`);
  const removals = ['subscriptions WHERE number', 'counters WHERE subscription'].map((what) =>
    db.prepare(`DELETE FROM ${what} = ?`),
  );
  const reseal = db.prepare('UPDATE subscriptions SET secrets = ? WHERE number = ?');
  const removeEndpoint = db.prepare('DELETE FROM endpoints WHERE number = ?');
  const takeNumber = db.prepare(`
    INSERT INTO meta VALUES (?, '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1
    RETURNING CAST(value AS INTEGER) AS number`);
  const meta = metaFacts(db);

  const nextNumber = (of: 'subscription' | 'endpoint'): number =>
    (takeNumber.get(`${of}.lastNumber`) as { number: number }).number;

  function writeEndpoint({ number, reseller, domain, key, body }: EndpointRow): void {
    meta.raise('endpoint.lastNumber', number);
    putEndpoint.run(number, toExactText(reseller), toExactText(domain), toExactText(key), body);
  }

  return {
    'subscriptions.nextNumbers': () => ({ subscription: nextNumber('subscription'), endpoint: nextNumber('endpoint') }),
    'subscriptions.put': (row: PutInput): void => {
      const { number, id, endpoint, body, secrets } = row.subscription;
      meta.raise('subscription.lastNumber', number);
      putSubscription.run(number, id, endpoint, body, secrets);
      writeEndpoint(row.endpoint);
      writeAlongside(row.alongside);
    },
    'subscriptions.reseal': (rows: readonly { readonly number: number; readonly secrets: string }[]): void => {
      for (const { number, secrets } of rows) reseal.run(secrets, number);
    },
    'subscriptions.putEndpoint': (row: EndpointRow & { readonly alongside?: Alongside | undefined }): void => {
      writeEndpoint(row);
      writeAlongside(row.alongside);
    },
    'subscriptions.remove': ({ subscription, alongside }: RemoveInput): void => {
      for (const removal of removals) removal.run(subscription);
      writeAlongside(alongside);
    },
    'subscriptions.removeEndpoint': ({ endpoint }: { readonly endpoint: number }): void => {
      removeEndpoint.run(endpoint);
    },
  };
}

export function subscriptionReadJobs(db: DatabaseSync) {
  const subscriptions = db.prepare(
    'SELECT number, body, secrets FROM subscriptions WHERE number > ? ORDER BY number LIMIT ?',
  );
  const endpoints = db.prepare('SELECT number, body FROM endpoints WHERE number > ? ORDER BY number LIMIT ?');
  return {
    'subscriptions.after': ({ number }: { readonly number: number }) =>
      subscriptions.all(number, page) as unknown as SubscriptionRows['subscriptions'],
    'endpoints.after': ({ number }: { readonly number: number }) =>
      endpoints.all(number, page) as unknown as SubscriptionRows['endpoints'],
  };
}
