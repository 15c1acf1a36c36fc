/** A store with very many rows, written by direct SQL, and searches over it as the API makes them. */
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { systemClock } from '../../src/kit/clock.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import { openSqliteRecords } from '../../src/records/sqlite/records.ts';
import { openSqliteEngine } from '../../src/sqlite/engine.ts';
import { callSearches, fillCalls, fillNames, openToFill } from '../support/search/calls.ts';
import { deliverySearches, eventSearches, fillLog } from '../support/search/log.ts';
import { serve } from '../support/serve.ts';
import { removeDir, temporaryDir } from '../support/temporary.ts';

const kinds = {
  /** Bytes of disk a row takes while it is written, more or less. */
  calls: { searches: callSearches, bytes: 1_700 },
  log: { searches: { ...eventSearches, ...deliverySearches }, bytes: 1_600 },
};
export type Kind = keyof typeof kinds;

const warmUp = 20;
/** Of one search in one round: a slow one is measured less often. */
const longestMs = 3_000;

async function measure(kind: Kind, dir: string, rows: number, times: number): Promise<Record<string, number[]>> {
  const engine = await openSqliteEngine({ dir });
  const log = await openSqliteEventLog({ engine, clock: systemClock, idWindowMs: 3_600_000 });
  const store = { log, records: openSqliteRecords({ engine }) };
  const found: Record<string, number[]> = {};
  try {
    for (const [name, search] of Object.entries(kinds[kind].searches)) {
      const took: number[] = [];
      const began = performance.now();
      for (let turn = 0; turn < warmUp + times; turn++) {
        const begin = performance.now();
        await search(store, rows, turn);
        if (turn >= warmUp || begin - began > longestMs) took.push(performance.now() - begin);
        if (performance.now() - began > longestMs && took.length > 0) break;
      }
      found[name] = took;
    }
    return found;
  } finally {
    await engine.close();
  }
}

async function make(kind: Kind, rows: number): Promise<string> {
  const { bavail, bsize } = await statfs(tmpdir());
  const needed = rows * kinds[kind].bytes;
  if (bavail * bsize < needed)
    throw new Error(`${tmpdir()} has no ${Math.ceil(needed / 1e9)} GB left for ${rows} rows`);
  const dir = temporaryDir();
  const engine = await openSqliteEngine({ dir });
  await engine.close();
  const db = openToFill(join(dir, 'offhook.db'));
  if (kind === 'calls') {
    fillNames(db);
    fillCalls(db, rows);
  } else {
    fillLog(db, rows);
  }
  db.close();
  return dir;
}

const methods = {
  make: ({ kind, rows }: { readonly kind: Kind; readonly rows: number }) => make(kind, rows),
  measure: (asked: { readonly kind: Kind; readonly dir: string; readonly rows: number; readonly times: number }) =>
    measure(asked.kind, asked.dir, asked.rows, asked.times),
  remove: ({ dir }: { readonly dir: string }): void => removeDir(dir),
};

export type SearchMethods = typeof methods;
serve(methods);
