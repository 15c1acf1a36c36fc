/** A replay as it lies in the database: what was asked for as JSON, how far it has come in columns. */
import {
  attemptOutcomes,
  type DeliveryKey,
  type MissedEvents,
  type ReplayMark,
  type ReplayState,
} from '../delivery-store.ts';
import type { ReplayCounts, ReplayOrder, StoredReplay } from '../replay-store.ts';
import { type FlatValue, type FlatValues, mapRows } from './flat.ts';

export const replayMarkWidth = 8;
export const replayColumns =
  'number, state, reason, cursor, settled_above, missed, started_at, ended_at, ' + attemptOutcomes.join(', ');
export const replayWidth = replayMarkWidth + attemptOutcomes.length + 1;

/** Times are whole milliseconds in the database, which refuses others. */
const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

export function replayMarkRow(mark: ReplayMark): FlatValues {
  return [
    mark.replay,
    mark.state,
    mark.reason,
    mark.cursor,
    JSON.stringify(mark.settledAbove.flatMap(({ subscription, seq }) => [subscription, seq])),
    JSON.stringify(mark.missed),
    whole(mark.startedAt),
    whole(mark.endedAt),
  ];
}

function keysOf(text: string): DeliveryKey[] {
  return mapRows(JSON.parse(text) as FlatValues, 2, (key) => {
    const [subscription, seq] = key as [number, number];
    return { subscription, seq };
  });
}

function toMark(row: readonly FlatValue[]): ReplayMark {
  const [replay, state, reason, cursor, settledAbove, missed, startedAt, endedAt] = row;
  return {
    replay: replay as number,
    state: state as ReplayState,
    reason: reason as string | null,
    cursor: cursor as number,
    settledAbove: keysOf(settledAbove as string),
    missed: JSON.parse(missed as string) as MissedEvents[],
    startedAt: startedAt as number | null,
    endedAt: endedAt as number | null,
  };
}

/** The mark's columns, then the counts, then the body. */
export function toReplay(row: readonly FlatValue[]): StoredReplay {
  const counts = Object.fromEntries(
    attemptOutcomes.map((outcome, at) => [outcome, row[replayMarkWidth + at] as number]),
  ) as ReplayCounts;
  return { order: JSON.parse(row.at(-1) as string) as ReplayOrder, mark: toMark(row), counts };
}
