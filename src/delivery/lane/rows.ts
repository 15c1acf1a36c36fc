/** What is remembered of an attempt and of a parked unit, one row for each of its deliveries. */
import type { AttemptRow, ParkedRow } from '../../records/delivery-store.ts';
import { type Delivery, firstSeq, type Unit, type Verdict } from './unit.ts';

/** To be called before the attempt is counted in `unit.attempts`. */
export function attemptRow(
  endpoint: number,
  unit: Unit,
  delivery: Delivery,
  verdict: Verdict,
  outcome: AttemptRow['outcome'],
): AttemptRow {
  return {
    subscription: delivery.subscription,
    endpoint,
    seq: delivery.seq,
    batch: firstSeq(unit),
    attempt: unit.attempts + (verdict.requested ? 1 : 0),
    outcome,
    status: verdict.status,
    startedAt: verdict.startedAt,
    durationMs: verdict.durationMs,
    detail: verdict.detail,
  };
}

/** @param dueAt wall clock, milliseconds; null for a follower */
export function parkedRows(endpoint: number, unit: Unit, dueAt: number | null): ParkedRow[] {
  return unit.deliveries.map(({ subscription, seq, key }) => ({
    subscription,
    endpoint,
    seq,
    batch: firstSeq(unit),
    orderKey: key.id,
    attempts: unit.attempts,
    dueAt,
  }));
}
