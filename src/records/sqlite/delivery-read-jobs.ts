/** What the reader thread does for deliveries and attempts. Every job is bounded in rows looked at or given. */
import type { DatabaseSync } from 'node:sqlite';
import { fromExactText } from '../../sqlite/exact-text.ts';
import type { LaneDeliveryKey } from '../delivery-store.ts';
import type { FlatValue } from './flat.ts';

const settledPage = 20_000;
const parkedPage = 5_000;

export const parkedColumns = 8;

function flatten(rows: readonly unknown[]): FlatValue[] {
  return (rows as FlatValue[][]).flat();
}

export function deliveryReadJobs(db: DatabaseSync) {
  const prepare = (sql: string) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const checkpoint = prepare('SELECT log, seq, attempts FROM checkpoint');
  const lanes = prepare('SELECT endpoint, cursor, settled_above FROM lanes ORDER BY endpoint');
  const settled = prepare(
    'SELECT row, subscription, seq, endpoint, outcome, replay FROM attempts WHERE row > ? ORDER BY row LIMIT ?',
  );
  const parkedAfter = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at, replay FROM parked ' +
      'WHERE (subscription, seq, replay) > (?, ?, ?) ORDER BY subscription, seq, replay LIMIT ?',
  );
  const parkedOf = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at, replay FROM parked ' +
      'WHERE ?1 IS NULL OR subscription IN (SELECT value FROM json_each(?1)) ORDER BY endpoint, seq, subscription, replay LIMIT ?2',
  );
  const parkedOne = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at, replay FROM parked WHERE subscription = ? AND seq = ? AND replay = ?',
  );
  const counters = prepare(
    'SELECT subscription, posts, errors, since, last_success_at, last_error_at, last_error FROM counters ' +
      'WHERE subscription IN (SELECT value FROM json_each(?)) ORDER BY subscription',
  );
  const orderKeyAt = 4;

  function readParked(rows: readonly unknown[]): FlatValue[] {
    for (const row of rows as FlatValue[][]) row[orderKeyAt] = fromExactText(row[orderKeyAt] as string);
    return flatten(rows);
  }

  /** A page of attempts after `row`, as row, subscription, sequence, endpoint, outcome, replay. */
  const settledAfter = ({ row }: { readonly row: number }) => {
    const rows = settled.all(row, settledPage);
    return { rows: flatten(rows), more: rows.length === settledPage };
  };

  const parkedPageAfter = ({ subscription, seq, replay }: LaneDeliveryKey) => {
    const rows = parkedAfter.all(subscription, seq, replay, parkedPage);
    return { rows: readParked(rows), more: rows.length === parkedPage };
  };

  return {
    'delivery.checkpoint': () => flatten(checkpoint.all()),
    'delivery.lanes': () => flatten(lanes.all()),
    'delivery.settledAfter': settledAfter,
    'delivery.parkedAfter': parkedPageAfter,
    'attempts.parked': ({ subscriptions, limit }: { subscriptions: readonly number[] | null; limit: number }) =>
      readParked(parkedOf.all(subscriptions && JSON.stringify(subscriptions), limit)),
    'attempts.parkedOne': ({ subscription, seq, replay }: LaneDeliveryKey) =>
      readParked(parkedOne.all(subscription, seq, replay)),
    'attempts.counters': ({ subscriptions }: { readonly subscriptions: readonly number[] }) =>
      flatten(counters.all(JSON.stringify(subscriptions))),
  };
}
