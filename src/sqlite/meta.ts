import type { DatabaseSync } from 'node:sqlite';

export type MetaFacts = ReturnType<typeof metaFacts>;

/** Single facts about the store, by name. Whoever keeps one gives its name a prefix of its own. */
export function metaFacts(db: DatabaseSync) {
  const get = db.prepare('SELECT value FROM meta WHERE name = ?');
  const put = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM meta WHERE name = ?');
  const raise = db.prepare(
    'INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE ' +
      'SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))',
  );
  const text = (name: string): string | null => (get.get(name) as { value: string } | undefined)?.value ?? null;
  return {
    text,
    /** 0 where it was never set. */
    number: (name: string): number => Number(text(name) ?? 0),
    put: (name: string, value: string | number): void => void put.run(name, String(value)),
    remove: (name: string): void => void remove.run(name),
    /** Sets a number that only grows. */
    raise: (name: string, value: number): void => void raise.run(name, String(value)),
  };
}
