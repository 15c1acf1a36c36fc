import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { AttemptQueries, DeliveryHistory, StoredAttempt } from '../attempt-queries.ts';
import type { ParkedRow } from '../delivery-store.ts';
import { toAttempt } from './attempt-rows.ts';
import { attemptColumns, mostScanned, parkedColumns } from './delivery-read-jobs.ts';
import { toParked } from './delivery-store.ts';
import { mapRows } from './flat.ts';

type Request = Parameters<AttemptQueries['delivery']>[0];

/** Most are tried, with success, soon after their event was accepted. */
const firstStep = 5_000;
/** Attempts are written up to a second after they end, and clocks are set: a search begins so much earlier. */
const marginMs = 120_000;
const mostAttempts = 500;

export async function findDelivery(engine: SqliteEngine, request: Request): Promise<DeliveryHistory | null> {
  const { subscription, seq, replay, notBefore } = request;
  const [rows, place] = await Promise.all([
    engine.read('attempts.parkedOne', { subscription, seq, replay }),
    engine.read('attempts.place', { time: notBefore === null ? null : notBefore - marginMs }),
  ]);
  const parked = mapRows(rows, parkedColumns, toParked)[0] ?? null;
  let attempts = await search(engine, request, parked, place.from, place.end);
  // The clock may have been ahead at that time: then its attempts seem to lie before it.
  if (attempts.length === 0) attempts = await search(engine, request, parked, place.oldest, place.from);
  if (!parked && attempts.length === 0) return null;
  return { parked, attempts: attempts.toReversed().slice(0, mostAttempts) };
}

/** In pieces, since others read too, until nothing can follow. */
async function search(
  engine: SqliteEngine,
  { subscription, seq, replay }: Request,
  parked: ParkedRow | null,
  from: number,
  end: number,
): Promise<StoredAttempt[]> {
  const found: StoredAttempt[] = [];
  for (let at = from, step = firstStep; at < end && !isComplete(found, parked); step = mostScanned) {
    const rows = Math.min(step, end - at);
    const page = await engine.read('attempts.search', { subscription, seq, replay, from: at, rows });
    found.push(...mapRows(page, attemptColumns, toAttempt));
    at += rows;
  }
  return found;
}

/** What is settled is never tried again; of what is parked, the number of attempts is known. */
function isComplete(found: readonly StoredAttempt[], parked: ParkedRow | null): boolean {
  if (parked) return found.some(({ attempt }) => attempt >= parked.attempts) || parked.attempts === 0;
  return found.some(({ outcome }) => outcome !== 'failed');
}
