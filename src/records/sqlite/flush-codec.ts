/**
 * A flush as it travels to the writer thread: numbers of all attempts in one typed array, everything else in flat
 * arrays. As objects, a thousand attempts cost the main thread milliseconds of copying; like this, a fraction of one.
 */
import type { NewEvent } from '../../model/event.ts';
import { type AttemptRow, attemptOutcomes, type DeliveryFlush, type DeliveryKey } from '../delivery-store.ts';
import type { FlatValues } from './flat.ts';
import { replayMarkRow } from './replay-rows.ts';

export interface FlushInput {
  /** `attemptWidth` numbers for each attempt. */
  readonly attempts: Float64Array;
  /** Details, where there are any: place of the attempt, then the text. */
  readonly details: FlatValues;
  readonly park: FlatValues;
  readonly unpark: FlatValues;
  readonly detach: FlatValues;
  readonly attach: readonly number[];
  readonly counters: FlatValues;
  readonly replays: FlatValues;
  readonly replayCounts: FlatValues;
  readonly checkpoint: FlatValues | null;
  readonly events: readonly NewEvent[];
}

export const attemptWidth = 10;

function attemptNumbers(attempts: readonly AttemptRow[]): Float64Array {
  const numbers = new Float64Array(attempts.length * attemptWidth);
  attempts.forEach((row, index) => {
    const at = index * attemptWidth;
    numbers[at] = row.subscription;
    numbers[at + 1] = row.endpoint;
    numbers[at + 2] = row.seq;
    numbers[at + 3] = row.batch;
    numbers[at + 4] = row.attempt;
    numbers[at + 5] = attemptOutcomes.indexOf(row.outcome);
    numbers[at + 6] = row.status;
    numbers[at + 7] = Math.round(row.startedAt);
    numbers[at + 8] = Math.round(row.durationMs);
    numbers[at + 9] = row.replay;
  });
  return numbers;
}

/** Times are whole milliseconds in the database, which refuses others. */
const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

/** Settled deliveries of a lane as text: subscription and sequence in turn. */
function settledText(settled: readonly DeliveryKey[]): string {
  return JSON.stringify(settled.flatMap(({ subscription, seq }) => [subscription, seq]));
}

export function encodeFlush(batch: DeliveryFlush): FlushInput {
  const { checkpoint } = batch;
  return {
    attempts: attemptNumbers(batch.attempts),
    details: batch.attempts.flatMap(({ detail }, index) => (detail === null ? [] : [index, detail])),
    park: batch.park.flatMap((row) => [
      row.subscription,
      row.seq,
      row.replay,
      row.endpoint,
      row.batch,
      row.orderKey,
      row.attempts,
      whole(row.dueAt),
    ]),
    unpark: batch.unpark.flatMap(({ subscription, seq, replay }) => [subscription, seq, replay]),
    detach: batch.detach.flatMap((lane) => [lane.endpoint, lane.cursor, settledText(lane.settledAbove)]),
    attach: batch.attach,
    counters: batch.counters.flatMap((delta) => [
      delta.subscription,
      delta.posts,
      delta.errors,
      whole(delta.lastSuccessAt),
      whole(delta.lastErrorAt),
      delta.lastError,
    ]),
    replays: batch.replays.flatMap(replayMarkRow),
    replayCounts: batch.replayCounts.flatMap(({ replay, attempts }) => [replay, ...attempts]),
    checkpoint: checkpoint && [checkpoint.log, checkpoint.seq, checkpoint.attempts],
    events: batch.events ?? [],
  };
}

/** About how many bytes it writes. */
export function weightOf(input: FlushInput): number {
  const characters = (values: FlatValues): number =>
    values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
  const settled = characters(input.detach) + characters(input.replays);
  const said = input.events.length * 1_000;
  return said + input.attempts.length * 4 + input.details.length * 512 + input.park.length * 16 + settled + 4_096;
}
