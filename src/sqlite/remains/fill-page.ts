/**
 * Has SQLite overwrite the unused part of one page: a row of it is made so long that it takes all of that, and is made
 * what it was again; what it took is overwritten when it is given back (`secure_delete`). All in one transaction, so
 * that nobody sees it. Where the page has changed since it was looked at, this does no harm, and is tried again.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FillableRows, FillableTable, RemainsPage } from './find-remains.ts';
import { keyFiller } from './fill-keys.ts';
import { localBytes, varintLength } from './page-layout.ts';

interface Column {
  readonly key: string;
  readonly text: string;
}

const columns: Readonly<Record<FillableTable, Column>> = {
  outbox: { key: 'row', text: 'event' },
  events: { key: 'seq', text: 'body' },
  answers: { key: 'rowid', text: 'body' },
  counters: { key: 'subscription', text: 'last_error' },
  calls: { key: 'row', text: 'body' },
  audit: { key: 'number', text: 'body' },
  attempts: { key: 'row', text: 'detail' },
};

interface Statements {
  readonly read: StatementSync;
  readonly write: StatementSync;
}

export function pageFiller(db: DatabaseSync) {
  const pageSize = (db.prepare('PRAGMA page_size').get() as { page_size: number }).page_size;
  const known = new Map<FillableTable, Statements>();
  const fillKeys = keyFiller(db);

  const statementsOf = (table: FillableTable): Statements => {
    const made = known.get(table);
    if (made) return made;
    const { key, text } = columns[table];
    const statements = {
      read: db.prepare(`SELECT ${text} AS text FROM ${table} WHERE ${key} = ?`),
      write: db.prepare(`UPDATE ${table} SET ${text} = ? WHERE ${key} = ?`),
    };
    known.set(table, statements);
    return statements;
  };

  function fillRows({ table, rows, free }: FillableRows): void {
    const choice = bestGrowth(rows, free, pageSize);
    if (!choice) return;
    const { read, write } = statementsOf(table);
    const found = read.get(choice.row) as { text: string | null } | undefined;
    if (!found) return;
    write.run((found.text ?? '') + ' '.repeat(choice.more), choice.row);
    write.run(found.text, choice.row);
  }

  return ({ of }: RemainsPage): void => {
    if (of && 'rows' in of) fillRows(of);
    else if (of) fillKeys(of);
  };
}

/** The row that can take most of what is free, and by how many characters it has to grow for that. */
function bestGrowth(rows: FillableRows['rows'], free: number, pageSize: number) {
  let best: { row: number; more: number; left: number } | null = null;
  for (const { row, payload, size } of rows) {
    for (let more = 1; more <= 2 * pageSize; more++) {
      const bytes = cellBytes(row, grown(payload, more), pageSize);
      const left = size + free - bytes;
      if (bytes > size && left >= 0 && left < (best?.left ?? Infinity)) best = { row, more, left };
    }
  }
  return best;
}

/** Its length stands before it, and takes a byte more where it is longer. */
const grown = (payload: number, more: number): number =>
  payload + more + (varintLength(2 * (payload + more)) - varintLength(2 * payload));

function cellBytes(row: number, payload: number, pageSize: number): number {
  const local = localBytes(payload, pageSize, true);
  return varintLength(payload) + varintLength(row) + local + (local < payload ? 4 : 0);
}
