/** Which deliveries of a subscription a retry of many is about: those whose last word is one of some outcomes. */
import type { AttemptQueries } from '../../records/attempt-queries.ts';
import type { AttemptOutcome, ParkedRow } from '../../records/delivery-store.ts';
import { createSieve, type Judge, type Sieve } from './sieve.ts';

export type RetryOutcome = 'parked' | Exclude<AttemptOutcome, 'delivered' | 'failed'>;

export interface Candidate {
  readonly seq: number;
  readonly endpoint: number;
  readonly attempts: number;
  /** Its row, where it is parked. */
  readonly parked: ParkedRow | null;
  /** Null: parked. */
  readonly outcome: AttemptOutcome | null;
}

export interface Search {
  readonly subscription: number;
  readonly outcomes: ReadonlySet<RetryOutcome>;
  /** When the last word was said, milliseconds: at or after, and before. Of what is parked, nothing is asked. */
  readonly from: number;
  readonly to: number;
  /** Of those that can be tried again: one that can't be never stands in the way of the others. */
  readonly limit: number;
  readonly judge: Judge;
  /** Whether to look no further: there was time enough, or nobody waits for the answer any more. */
  readonly isLate: () => boolean;
}

export interface Found {
  /** Oldest event first. */
  readonly found: readonly Candidate[];
  /** Of those that can't be tried again: how many for which reason. */
  readonly refused: Sieve['refused'];
  /** `found`: more than the limit. `unseen`: not everything was looked at. Null: these are all. */
  readonly more: 'found' | 'unseen' | null;
}

/** Attempts looked at in one request, newest first. */
const mostLookedAt = 50_000;
const page = 500;

export async function findCandidates(
  attempts: Pick<AttemptQueries, 'list' | 'parked'>,
  search: Search,
): Promise<Found> {
  const { subscription, limit } = search;
  const sieve = createSieve(search.judge, limit, search.isLate);
  const all = await attempts.parked({ subscriptions: [subscription], limit: mostLookedAt });
  const rows = all.filter(({ replay }) => replay === 0);
  const seen = new Set(rows.map(({ seq }) => seq));
  const hasRoom = !search.outcomes.has('parked') || (await sieve.add(dueLater(rows)));
  const isAll = hasRoom && (await settledCandidates(attempts, search, seen, sieve));
  const found = sieve.found.slice(0, limit).sort((one, other) => one.seq - other.seq);
  const why = sieve.found.length > limit ? 'found' : 'unseen';
  return { found, more: isAll ? null : why, refused: sieve.refused };
}

/** Those behind others follow them by themselves. */
const dueLater = (rows: readonly ParkedRow[]): Candidate[] =>
  rows
    .filter(({ dueAt }) => dueAt !== null)
    .map((parked) => ({ ...pick(parked), attempts: parked.attempts, parked, outcome: null }));

const pick = ({ seq, endpoint }: { readonly seq: number; readonly endpoint: number }) => ({ seq, endpoint });

/** @returns whether everything in the range of time was looked at */
async function settledCandidates(
  attempts: Pick<AttemptQueries, 'list'>,
  { subscription, outcomes, from, to, isLate }: Search,
  seen: Set<number>,
  sieve: Sieve,
): Promise<boolean> {
  if ([...outcomes].every((outcome) => outcome === 'parked')) return true;
  let before: number | undefined;
  for (let looked = 0; looked < mostLookedAt && !isLate(); looked += page) {
    const request = { subscriptions: [subscription], replay: 0, limit: page, ...(before !== undefined && { before }) };
    const { attempts: rows, next } = await attempts.list(request);
    const wanted: Candidate[] = [];
    for (const { seq, endpoint, outcome, attempt, startedAt, durationMs } of rows) {
      // The newest row of a delivery is its last word.
      if (outcome === 'failed' || seen.has(seq)) continue;
      seen.add(seq);
      const at = startedAt + durationMs;
      const isWanted = outcome !== 'delivered' && outcomes.has(outcome) && at >= from && at < to;
      if (isWanted) wanted.push({ seq, endpoint, attempts: attempt, parked: null, outcome });
    }
    if (!(await sieve.add(wanted))) return false;
    if (next === null || (rows.length > 0 && rows.every(({ startedAt }) => startedAt < from))) return true;
    before = next;
  }
  return false;
}
