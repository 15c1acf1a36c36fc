/** Going through calls under several keys at once, newest first. */
import type { CallRecord } from '../../model/call-record.ts';
import type { CallPage } from '../call-journal.ts';

export interface Entry {
  readonly startedAt: number;
  readonly row: number;
  /** False: passed over, and only says how far it was looked. */
  readonly fits?: boolean | number;
}

export interface Found extends Entry {
  readonly record: CallRecord;
}

export interface Walk {
  readonly found: readonly Found[];
  /** The last one looked at, where there may be more behind it. */
  readonly stoppedAt: Entry | null;
}

/** Newer first. */
export const order = (one: Entry, two: Entry): number => two.startedAt - one.startedAt || two.row - one.row;

/** Of what several keys gave: as far as all of them were gone through, and no further. */
export function pageOf(walks: readonly Walk[], limit: number): CallPage {
  const stops = walks.flatMap(({ stoppedAt }) => (stoppedAt ? [stoppedAt] : [])).sort(order);
  const [horizon] = stops;
  const all = new Map(walks.flatMap(({ found }) => found.map((one) => [one.row, one] as const)));
  const near = [...all.values()].filter((one) => !horizon || order(one, horizon) <= 0).sort(order);
  const page = near.slice(0, limit);
  const last = near.length > limit ? page.at(-1) : horizon;
  const next = last ? { startedAt: last.startedAt, row: last.row } : null;
  return { calls: page.map(({ record }) => record), next };
}
