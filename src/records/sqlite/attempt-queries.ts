import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { AttemptPage, AttemptQueries, Counters, StoredAttempt } from '../attempt-queries.ts';
import { attemptOutcomes } from '../delivery-store.ts';
import { toAttempt } from './attempt-rows.ts';
import { attemptColumns, type AttemptScan } from './attempt-scan.ts';
import { parkedColumns } from './delivery-read-jobs.ts';
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

type ListRequest = Parameters<AttemptQueries['list']>[0];

/** Pieces a search is made of at most, up to 10 ms of the reader each; then it answers with what it has found. */
const mostPieces = 50;
/** Attempts lie in the order in which they ended but for this, milliseconds: they are written up to a second later. */
const marginMs = 10_000;

async function list(
  engine: SqliteEngine,
  request: AttemptScan,
  kind: 'attempts.scan' | 'attempts.search',
): Promise<AttemptPage> {
  const attempts: StoredAttempt[] = [];
  let next = request.before;
  for (let piece = 0; piece < mostPieces; piece++) {
    const limit = request.limit - attempts.length;
    const page = await engine.read(kind, { ...request, before: next, limit });
    attempts.push(...mapRows(page.rows, attemptColumns, toAttempt));
    next = page.next;
    if (next === null || attempts.length >= request.limit) break;
  }
  return { attempts, next };
}

/** Times lead to rows. */
async function withRows(engine: SqliteEngine, request: ListRequest): Promise<AttemptScan> {
  const { subscriptions, seqs, outcome, replay, since, until, before, limit } = request;
  const place = (time: number): Promise<number> => engine.read('attempts.place', { time });
  const from = since === undefined ? 0 : await place(since - marginMs);
  const end = until === undefined ? Infinity : await place(until + marginMs);
  return {
    subscriptions,
    seqs: seqs ?? null,
    outcome: outcome === undefined ? null : attemptOutcomes.indexOf(outcome),
    replay: replay ?? null,
    since: since ?? null,
    until: until ?? null,
    from,
    before: Math.min(before ?? Infinity, end),
    limit: Math.max(1, limit),
  };
}

export function sqliteAttemptQueries(engine: SqliteEngine): AttemptQueries {
  const search = async (request: ListRequest): Promise<AttemptPage> => {
    // Who may see none needs no search.
    if (request.subscriptions?.length === 0) return { attempts: [], next: null };
    const kind = request.watching ? 'attempts.scan' : 'attempts.search';
    return list(engine, await withRows(engine, request), kind);
  };
  return {
    list: search,
    delivery: (key) => findDelivery(engine, search, key),
    parked: async (request) => mapRows(await engine.read('attempts.parked', request), parkedColumns, toParked),
    counters: async (subscriptions) =>
      mapRows(await engine.read('attempts.counters', { subscriptions }), 7, toCounters),
    trimAttempts: (request) => engine.write('attempts.trim', request),
  };
}
