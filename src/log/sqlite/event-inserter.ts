import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

const rowsAtOnce = 16;
const row = '(?, ?, ?, ?, ?, ?)';

export interface EventInserter {
  add(seq: number, acceptedAt: number, connector: number, domain: number, id: string, body: string): void;
  /** Afterwards the rows added are in the database. */
  flush(): void;
  /** Drops rows that were added and not flushed: their transaction was rolled back. */
  forget(): void;
}

/** Inserts several rows by one statement: calling SQLite costs as much as a fifth of what it does for a row. */
export function eventInserter(db: DatabaseSync): EventInserter {
  const one = db.prepare(`INSERT INTO events VALUES ${row}`);
  const many = db.prepare(`INSERT INTO events VALUES ${Array.from({ length: rowsAtOnce }, () => row).join(', ')}`);
  const width = row.split('?').length - 1;
  let values: SQLInputValue[] = [];

  function flush(): void {
    const rows = values;
    values = [];
    for (let at = 0; at < rows.length; at += width) one.run(...rows.slice(at, at + width));
  }

  return {
    add: (seq, acceptedAt, connector, domain, id, body) => {
      values.push(seq, acceptedAt, connector, domain, id, body);
      if (values.length < rowsAtOnce * width) return;
      many.run(...values);
      values = [];
    },
    flush,
    forget: () => {
      values = [];
    },
  };
}
