import type { DatabaseSync } from 'node:sqlite';

/**
 * Which ids can't be in the log: those above the highest one. Ids mostly begin with the time, so that a new one is, and
 * need not be looked for.
 */
export interface KnownIds {
  /** False: no event has this id. */
  mayHave(id: string): boolean;
  add(id: string): void;
  /** A transaction was rolled back. */
  forget(): void;
}

/**
 * SQLite compares bytes of UTF-8, JavaScript compares UTF-16. They agree below the surrogates; where the highest id of
 * the database has others, none is ruled out.
 */
const alike = /^[^\ud800-\uffff]*$/;

export function knownIds(db: DatabaseSync): KnownIds {
  const last = db.prepare('SELECT max(id) AS id FROM events');
  /** Undefined: not looked up yet. Null: nobody knows. */
  let highest: string | null | undefined;
  const highestNow = (): string | null => {
    if (highest !== undefined) return highest;
    const stored = (last.get() as { id: string | null }).id ?? '';
    return (highest = alike.test(stored) ? stored : null);
  };
  return {
    mayHave: (id) => {
      const above = highestNow();
      return above === null || id <= above;
    },
    add: (id) => {
      const above = highestNow();
      if (above !== null && id > above) highest = id;
    },
    forget: () => {
      highest = undefined;
    },
  };
}
