/**
 * Overwrites the pages that deletions left free: what was deleted still lies in them. They are taken, a few at a time,
 * for rows of nothing but zeros, until none is free for a moment; then all are given back.
 *
 *   resting ── a step ──> taking ── none is free, or far more were taken than were free ──> giving back ──> resting
 *
 * Far more: others free pages meanwhile. After a crash it begins anew with giving back what it had taken.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface Scrubbing {
  /** Pages that are taken now: they are as good as free. */
  readonly pages: () => number;
  /** A transaction's share. @returns whether there is more to do */
  readonly step: () => { readonly more: boolean };
  /** What was done in a transaction was undone. */
  readonly forget: () => void;
}

/** Written in one transaction: 200 kB, about a millisecond. */
const pagesAtOnce = 50;
/** Given back in one transaction. Little more than the list of free pages is written for them. */
const piecesAtOnce = 20;

/**
 * Bytes of a value that fills so many overflow pages to their end, and some hundred bytes in its row: the rest of a
 * page that is not full would keep what was in it. A row keeps between `least` and nearly a page's bytes by itself; see
 * "B-tree Cell Format" in https://www.sqlite.org/fileformat2.html.
 */
function fillingPages(pages: number, pageSize: number): number {
  const least = Math.floor(((pageSize - 12) * 32) / 255) - 23;
  return pages * (pageSize - 4) + least + 100;
}

export function scrubbing(db: DatabaseSync): Scrubbing {
  const number = (sql: string): (() => number) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return () => Number((statement.get() as unknown as [number | bigint])[0]);
  };
  const free = number('PRAGMA freelist_count');
  const pageSize = number('PRAGMA page_size')();
  const pieces = number('SELECT count(*) FROM scrub');
  const take = db.prepare('INSERT INTO scrub (zeros) VALUES (zeroblob(?))');
  const giveBack = db.prepare(`DELETE FROM scrub WHERE piece IN (SELECT piece FROM scrub LIMIT ${piecesAtOnce})`);
  let state: 'resting' | 'taking' | 'giving back' = 'resting';
  /** Pages that may still be taken. */
  let left = 0;
  let taken = pieces() * pagesAtOnce;

  function begin(): void {
    state = taken > 0 ? 'giving back' : 'taking';
    left = 2 * free() + 1_000;
  }

  function takeSome(): { readonly more: boolean } {
    const before = free();
    if (before === 0 || left <= 0) {
      state = 'giving back';
      return { more: true };
    }
    take.run(fillingPages(Math.min(pagesAtOnce, before), pageSize));
    taken += pagesAtOnce;
    left -= pagesAtOnce;
    return { more: true };
  }

  function giveSome(): { readonly more: boolean } {
    giveBack.run();
    taken = pieces() * pagesAtOnce;
    const more = taken > 0;
    if (!more) state = 'resting';
    return { more };
  }

  return {
    pages: () => taken,
    step: () => {
      const isLeftover = state === 'resting' && taken > 0;
      if (state === 'resting') begin();
      if (state === 'taking') return takeSome();
      return { more: giveSome().more || isLeftover };
    },
    forget: () => {
      state = 'resting';
      taken = pieces() * pagesAtOnce;
    },
  };
}
