import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { AttemptPage, AttemptQueries, Counters, StoredAttempt } from '../attempt-queries.ts';
import { attemptOutcomes } from '../delivery-store.ts';
import { toAttempt } from './attempt-rows.ts';
import { attemptColumns, type AttemptScan, parkedColumns } from './delivery-read-jobs.ts';
import { findDelivery } from './find-delivery.ts';
import { toParked } from './delivery-store.ts';
import { type FlatValue, mapRows } from './flat.ts';

function toCounters(row: FlatValue[]): Counters {
  const [subscription, posts, errors, since, lastSuccessAt, lastErrorAt, lastError] = row as [
    number,
    number,
    number,
    number,
    number | null,
    number | null,
    string | null,
  ];
  return { subscription, posts, errors, since, lastSuccessAt, lastErrorAt, lastError };
}

/** Goes through the rows in bounded pieces until the page is full or there are no more. */
async function list(engine: SqliteEngine, request: AttemptScan): Promise<AttemptPage> {
  const attempts: StoredAttempt[] = [];
  let next = request.before;
  do {
    const limit = request.limit - attempts.length;
    const page = await engine.read('attempts.scan', { ...request, before: next, limit });
    attempts.push(...mapRows(page.rows, attemptColumns, toAttempt));
    next = page.next;
  } while (next !== null && attempts.length < request.limit);
  return { attempts, next };
}

export function sqliteAttemptQueries(engine: SqliteEngine): AttemptQueries {
  return {
    list: async ({ subscriptions, seq, outcome, replay, before, limit }) => {
      // Who may see none needs no search.
      if (subscriptions?.length === 0) return { attempts: [], next: null };
      return list(engine, {
        subscriptions,
        seq: seq ?? null,
        outcome: outcome === undefined ? null : attemptOutcomes.indexOf(outcome),
        replay: replay ?? null,
        before: before ?? null,
        limit: Math.max(1, limit),
      });
    },
    delivery: (request) => findDelivery(engine, request),
    parked: async (request) => mapRows(await engine.read('attempts.parked', request), parkedColumns, toParked),
    counters: async (subscriptions) =>
      mapRows(await engine.read('attempts.counters', { subscriptions }), 7, toCounters),
    trimAttempts: (request) => engine.write('attempts.trim', request),
  };
}
