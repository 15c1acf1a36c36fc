/** Names of connectors and domains are kept once and lie in the rows as small numbers, given out as they appear. */
import type { DatabaseSync } from 'node:sqlite';
import { fromExactText, toExactText } from './exact-text.ts';

/** Names remembered in memory; beyond that they are looked up again. */
const mostRemembered = 50_000;

/** A function with a memory, which can be told to forget. */
function remembering<Key, Value>(look: (key: Key) => Value): { get: (key: Key) => Value; forget: () => void } {
  const known = new Map<Key, Value>();
  return {
    get: (key) => {
      const held = known.get(key);
      if (held !== undefined) return held;
      const value = look(key);
      if (known.size >= mostRemembered) known.clear();
      known.set(key, value);
      return value;
    },
    forget: () => known.clear(),
  };
}

/** For the writer: the number of a name, new or known. */
export function nameNumbers(db: DatabaseSync) {
  const find = db.prepare('SELECT id FROM names WHERE name = ?');
  const add = db.prepare('INSERT INTO names (name) VALUES (?)');
  return remembering((name: string): number => {
    const exact = toExactText(name);
    const row = find.get(exact) as { id: number } | undefined;
    return row ? row.id : Number(add.run(exact).lastInsertRowid);
  });
}

/** For the reader: the name of a number. */
export function namesByNumber(db: DatabaseSync) {
  const find = db.prepare('SELECT name FROM names WHERE id = ?');
  return remembering((number: number): string => fromExactText((find.get(number) as { name: string }).name));
}

/** For the reader: the numbers of those names that have one. A name without one may get it at any time. */
export function knownNumbers(db: DatabaseSync) {
  const find = db.prepare('SELECT id FROM names WHERE name = ?');
  const number = remembering((name: string) => (find.get(toExactText(name)) as { id: number } | undefined)?.id);
  return {
    get: (names: readonly string[]): number[] => names.map(number.get).filter((id) => id !== undefined),
    forget: number.forget,
  };
}
