/**
 * The same for a page of entries, which can't grow: further ones are put behind the first, as many as there is room for,
 * and the room that is too small for one is taken by entries of longer numbers in the place of those that are there.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { EntryTable, FillableKeys } from './find-remains.ts';
import { varintLength } from './page-layout.ts';

/** The columns of an entry: text, time, call, and what else it has. */
type Entry = readonly (string | number)[];

/** Numbers that no call has, of 8 and of 6 bytes. */
const eightBytes = 2 ** 50;
const sixBytes = 2 ** 40;
const callAt = 2;

/** Bytes of a value in a record: 0 and 1 take none. */
function bytesOf(value: string | number): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value === 0 || value === 1) return 0;
  return [1, 2, 3, 4, 6].find((bytes) => value < 2 ** (8 * bytes - 1)) ?? 8;
}

const kindBytes = (value: string | number): number =>
  typeof value === 'string' ? varintLength(2 * Buffer.byteLength(value) + 13) : 1;

/** With the pointer to it. */
function sizeOf(entry: Entry): number {
  const payload = entry.reduce<number>((sum, value) => sum + kindBytes(value) + bytesOf(value), 1);
  return 2 + varintLength(payload) + payload;
}

const withCall = (entry: Entry, call: number): Entry => entry.with(callAt, call);

interface Statements {
  readonly put: (entry: Entry) => void;
  readonly take: (entry: Entry) => void;
  /** The entry and those behind it. */
  readonly from: (entry: Entry, count: number) => readonly Entry[];
}

function statements(db: DatabaseSync, table: EntryTable, columns: readonly string[], ofKey: number): Statements {
  const key = columns.slice(0, ofKey);
  const marks = (of: readonly string[]): string => of.map(() => '?').join(', ');
  const add = db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${marks(columns)})`);
  const remove = db.prepare(`DELETE FROM ${table} WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`);
  const following = db.prepare(
    `SELECT * FROM ${table} WHERE (${key.join(', ')}) >= (${marks(key)}) ORDER BY ${key.join(', ')} LIMIT ?`,
  );
  following.setReturnArrays(true);
  return {
    put: (entry) => void add.run(...(entry as SQLInputValue[])),
    take: (entry) => void remove.run(...(entry.slice(0, ofKey) as SQLInputValue[])),
    from: (entry, count) =>
      following.all(...(entry.slice(0, ofKey) as SQLInputValue[]), count) as unknown as readonly Entry[],
  };
}

export function keyFiller(db: DatabaseSync): (page: FillableKeys) => void {
  const of: Readonly<Record<EntryTable, Statements>> = {
    call_keys: statements(db, 'call_keys', ['key', 'started_at', 'call'], 3),
    call_beginnings: statements(
      ...([db, 'call_beginnings', ['beginning', 'started_at', 'call', 'rest', 'domain'], 4] as const),
    ),
  };

  return ({ table, first, count, free }) => {
    const { put, take, from } = of[table];
    const own = from(first, count);
    const fillers: Entry[] = [];
    const replaced: Entry[] = [];
    let left = free;
    const fill = (entry: Entry, size: number): void => {
      put(entry);
      fillers.push(entry);
      left -= size;
    };
    const size = sizeOf(withCall(first, eightBytes));
    for (let count = Math.floor(free / size); count > 0; count--) {
      fill(withCall(first, eightBytes + fillers.length), size);
    }
    for (const entry of own) {
      const longer = [eightBytes, sixBytes].map((base) => withCall(entry, base + fillers.length));
      const fits = longer.find((one) => sizeOf(one) > sizeOf(entry) && sizeOf(one) - sizeOf(entry) <= left);
      if (!fits) continue;
      take(entry);
      replaced.push(entry);
      fill(fits, sizeOf(fits) - sizeOf(entry));
    }
    fillers.forEach(take);
    replaced.forEach(put);
  };
}
