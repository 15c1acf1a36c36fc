import type { RemainsPage } from '../../sqlite/remains/find-remains.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { ErasureStore, StoredErasure } from '../erasure-store.ts';
import { type SqliteOutbox, weightAlongside } from './tenant-stores.ts';

/** Rewritten in one transaction: about a millisecond of the writer. */
const erasedAtOnce = 10;

async function load(engine: SqliteEngine): Promise<StoredErasure[]> {
  const all: StoredErasure[] = [];
  for (;;) {
    const page = await engine.read('erasures.after', { number: all.at(-1)?.order.number ?? 0 });
    if (page.length === 0) return all;
    all.push(...page);
  }
}

export function sqliteErasureStore(engine: SqliteEngine, outbox: SqliteOutbox): ErasureStore {
  return {
    load: () => load(engine),
    nextNumber: () => engine.write('erasures.nextNumber', undefined),
    put: (erasure, alongside) =>
      outbox.written(
        alongside,
        engine.write('erasures.put', { erasure, alongside }, weightAlongside(alongside, 1_000)),
      ),
    mark: (number, progress) => engine.write('erasures.mark', { number, progress }),
    remove: (numbers) => engine.write('erasures.remove', numbers),
    find: (request) => engine.read('erasures.find', request),
    erase: async (of, rows, number) => {
      let erased = 0;
      for (let at = 0; at < rows.length; at += erasedAtOnce) {
        const some = rows.slice(at, at + erasedAtOnce);
        erased += await engine.write('erasures.erase', { of, rows: some, number }, some.length * 4_096);
      }
      return erased;
    },
    scrub: () => engine.write('store.scrub', undefined, 204_800),
    findRemains: (number, from) => engine.read('store.findRemains', { number, from: Math.max(1, from) }),
    overwrite: async (pages) => {
      for (const page of pages as readonly RemainsPage[]) await engine.write('store.fillPage', page, 8_192);
    },
    emptyWal: () => engine.read('store.emptyWal', undefined),
  };
}
