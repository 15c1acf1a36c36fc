/** Erasing a number from a few records at a time: the writer thread's part. */
import type { DatabaseSync } from 'node:sqlite';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import type { ErasedRecords } from '../erasure-store.ts';
import { type ErasedTable, erasedTables } from './erased-tables.ts';

export interface EraseRecords {
  readonly of: ErasedRecords;
  readonly rows: readonly number[];
  readonly number: ErasedNumber;
}

type Rewrite = (row: number, number: ErasedNumber) => boolean;

function rewriter(db: DatabaseSync, { table, key, text, erase }: ErasedTable): Rewrite {
  const read = db.prepare(`SELECT ${text} AS text FROM ${table} WHERE ${key} = ?`);
  const write = db.prepare(`UPDATE ${table} SET ${text} = ? WHERE ${key} = ?`);
  return (row, number) => {
    const before = (read.get(row) as { text: string | null } | undefined)?.text ?? null;
    if (before === null) return false;
    const after = erase(before, number);
    if (after === before) return false;
    write.run(after, row);
    return true;
  };
}

/** @param eraseCall erases it from the call of that row; false where it was not in there */
export function erasureRewriteJobs(db: DatabaseSync, eraseCall: Rewrite) {
  const rewrites = new Map<ErasedRecords, Rewrite>([['calls', eraseCall]]);
  for (const [of, table] of Object.entries(erasedTables)) rewrites.set(of as ErasedRecords, rewriter(db, table));
  return {
    /** @returns from how many it was erased */
    'erasures.erase': ({ of, rows, number }: EraseRecords): number => {
      const rewrite = rewrites.get(of) as Rewrite;
      return rows.filter((row) => rewrite(row, number)).length;
    },
  };
}
