import type { StoredAttempt } from '../attempt-queries.ts';
import { type AttemptOutcome, attemptOutcomes } from '../delivery-store.ts';
import type { FlatValue } from './flat.ts';

export function toAttempt(values: FlatValue[]): StoredAttempt {
  const [row, subscription, endpoint, seq, batch, attempt, outcome, status, startedAt, durationMs, detail, replay] =
    values;
  return {
    row: row as number,
    subscription: subscription as number,
    endpoint: endpoint as number,
    seq: seq as number,
    batch: batch as number,
    attempt: attempt as number,
    outcome: attemptOutcomes[outcome as number] as AttemptOutcome,
    status: status as number,
    startedAt: startedAt as number,
    durationMs: durationMs as number,
    detail: detail as string | null,
    replay: replay as number,
  };
}
