/** What the reader thread does for deliveries and attempts. Every job is bounded in rows looked at or given. */
import type { DatabaseSync } from 'node:sqlite';
import { fromExactText } from '../../sqlite/exact-text.ts';
import type { FlatValue, FlatValues } from './flat.ts';

export interface AttemptScan {
  readonly subscriptions: readonly number[] | null;
  readonly seq: number | null;
  /** Place in `attemptOutcomes`. */
  readonly outcome: number | null;
  /** Rows below this one; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
}

export interface AttemptScanResult {
  readonly rows: FlatValues;
  /** Goes on below this row; null: there are no more. */
  readonly next: number | null;
}

/** Rows a search looks at in one go: about 30 ms, then others have their turn. */
export const mostScanned = 100_000;
const settledPage = 20_000;
const parkedPage = 5_000;

export const attemptSelect = `
  SELECT row, subscription, endpoint, seq, iif(batch = 0, seq, batch), attempt, outcome, status, started_at,
    duration_ms, detail
  FROM attempts`;
export const attemptColumns = 11;
export const parkedColumns = 7;

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
    'SELECT row, subscription, seq, endpoint, outcome FROM attempts WHERE row > ? ORDER BY row LIMIT ?',
  );
  const parkedAfter = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at FROM parked ' +
      'WHERE (subscription, seq) > (?, ?) ORDER BY subscription, seq LIMIT ?',
  );
  const parkedOf = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at FROM parked ' +
      'WHERE ?1 IS NULL OR subscription IN (SELECT value FROM json_each(?1)) ORDER BY endpoint, seq, subscription LIMIT ?2',
  );
  const parkedOne = prepare(
    'SELECT subscription, seq, endpoint, batch, order_key, attempts, due_at FROM parked WHERE subscription = ? AND seq = ?',
  );
  const ends = prepare('SELECT (SELECT min(row) FROM attempts), (SELECT max(row) FROM attempts)');
  const scan = prepare(`
    ${attemptSelect}
    WHERE row < ?1 AND row >= ?2
      AND (?3 IS NULL OR subscription IN (SELECT value FROM json_each(?3)))
      AND (?4 IS NULL OR seq = ?4)
      AND (?5 IS NULL OR outcome = ?5)
    ORDER BY row DESC LIMIT ?6`);
  const counters = prepare(
    'SELECT subscription, posts, errors, since, last_success_at, last_error_at, last_error FROM counters ' +
      'WHERE subscription IN (SELECT value FROM json_each(?)) ORDER BY subscription',
  );
  const orderKeyAt = 4;

  function readParked(rows: readonly unknown[]): FlatValue[] {
    for (const row of rows as FlatValue[][]) row[orderKeyAt] = fromExactText(row[orderKeyAt] as string);
    return flatten(rows);
  }

  function scanAttempts({ subscriptions, seq, outcome, before, limit }: AttemptScan): AttemptScanResult {
    const [oldest, newest] = ends.get() as unknown as [number | null, number | null];
    const top = Math.min(before ?? Infinity, (newest ?? 0) + 1);
    const bottom = Math.max(0, top - mostScanned);
    const wanted = subscriptions && JSON.stringify(subscriptions);
    const rows = scan.all(top, bottom, wanted, seq, outcome, limit) as unknown as FlatValue[][];
    const stoppedAt = rows.length === limit ? (rows.at(-1)?.[0] as number) : bottom;
    return { rows: flatten(rows), next: stoppedAt > (oldest ?? Infinity) ? stoppedAt : null };
  }

  /** A page of attempts after `row`, as row, subscription, sequence, endpoint, outcome. */
  const settledAfter = ({ row }: { readonly row: number }) => {
    const rows = settled.all(row, settledPage);
    return { rows: flatten(rows), more: rows.length === settledPage };
  };

  const parkedPageAfter = ({ subscription, seq }: { readonly subscription: number; readonly seq: number }) => {
    const rows = parkedAfter.all(subscription, seq, parkedPage);
    return { rows: readParked(rows), more: rows.length === parkedPage };
  };

  return {
    'delivery.checkpoint': () => flatten(checkpoint.all()),
    'delivery.lanes': () => flatten(lanes.all()),
    'delivery.settledAfter': settledAfter,
    'delivery.parkedAfter': parkedPageAfter,
    'attempts.scan': scanAttempts,
    'attempts.parked': ({ subscriptions, limit }: { subscriptions: readonly number[] | null; limit: number }) =>
      readParked(parkedOf.all(subscriptions && JSON.stringify(subscriptions), limit)),
    'attempts.parkedOne': ({ subscription, seq }: { readonly subscription: number; readonly seq: number }) =>
      readParked(parkedOne.all(subscription, seq)),
    'attempts.counters': ({ subscriptions }: { readonly subscriptions: readonly number[] }) =>
      flatten(counters.all(JSON.stringify(subscriptions))),
  };
}
