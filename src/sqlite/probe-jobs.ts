/** Whether the storage threads do what they are there for, found out by doing a little of it. */
import type { DatabaseSync } from 'node:sqlite';
import { metaFacts } from './meta.ts';
import type { Scrubbing } from './scrub.ts';
import { usedBytes } from './used-bytes.ts';

/** More than a page: whether there is room is not known from a byte that fits where another was. */
const written = 'x'.repeat(5_000);

export function probeWriteJobs(db: DatabaseSync, { pages }: Pick<Scrubbing, 'pages'>) {
  const meta = metaFacts(db);
  const used = usedBytes(db, pages);
  return {
    /** Something new is written, so that it has to get to the disk. @returns bytes of the database in use */
    'store.probeWrite': ({ turn }: { readonly turn: number }): number => {
      meta.put('store.probe', `${turn} ${written}`);
      return used();
    },
  };
}

export function probeReadJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  return { 'store.probeRead': (): boolean => meta.text('log.id') !== null };
}
