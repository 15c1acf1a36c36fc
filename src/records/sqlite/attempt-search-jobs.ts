/**
 * Finding the attempts of one delivery without an index: rows lie in the order in which attempts ended, so a time leads
 * to a row, and what belongs to the delivery lies behind it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { attemptSelect } from './delivery-read-jobs.ts';
import type { FlatValue, FlatValues } from './flat.ts';

export interface AttemptSearch {
  readonly subscription: number;
  readonly seq: number;
  readonly replay: number;
  readonly from: number;
  /** Rows looked at, up to the one before `from + rows`. */
  readonly rows: number;
}

export function attemptSearchJobs(db: DatabaseSync) {
  const prepare = (sql: string) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const ends = prepare('SELECT (SELECT min(row) FROM attempts), (SELECT max(row) FROM attempts)');
  const at = prepare('SELECT started_at + duration_ms FROM attempts WHERE row >= ? ORDER BY row LIMIT 1');
  const search = prepare(
    `${attemptSelect} WHERE row >= ?1 AND row < ?2 AND seq = ?3 AND subscription = ?4 AND replay = ?5 ORDER BY row`,
  );
  const endedAt = (row: number): number => (at.get(row) as unknown as [number] | undefined)?.[0] ?? Infinity;

  /** The oldest row, the first that ended at this time or later, and the one after the newest. */
  function place({ time }: { readonly time: number | null }): { oldest: number; from: number; end: number } {
    const [oldest, newest] = ends.get() as unknown as [number | null, number | null];
    if (oldest === null || newest === null) return { oldest: 1, from: 1, end: 1 };
    const end = newest + 1;
    if (time === null) return { oldest, from: oldest, end };
    let low = oldest;
    for (let high = end; low < high; ) {
      const middle = Math.floor((low + high) / 2);
      if (endedAt(middle) >= time) high = middle;
      else low = middle + 1;
    }
    return { oldest, from: low, end };
  }

  return {
    'attempts.place': place,
    'attempts.search': ({ subscription, seq, replay, from, rows }: AttemptSearch): FlatValues =>
      (search.all(from, from + rows, seq, subscription, replay) as unknown as FlatValue[][]).flat(),
  };
}
