import type { DatabaseSync } from 'node:sqlite';

/** Bytes of the database that are in use: what was freed by trimming counts no more, though the file keeps its size. */
/** @param taken further pages that are as good as free */
export function usedBytes(db: DatabaseSync, taken: () => number = () => 0): () => number {
  const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) => {
    const statement = db.prepare(`PRAGMA ${name}`);
    return () => (statement.get() as Record<string, number>)[name] ?? 0;
  }) as [() => number, () => number, () => number];
  return () => (pages() - free() - taken()) * size();
}
