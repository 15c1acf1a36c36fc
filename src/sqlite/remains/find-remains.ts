/**
 * Looks for a number in the unused parts of pages: where SQLite moves rows from page to page, their bytes may stay
 * behind, whatever `secure_delete` says. It reads the database's file beside SQLite, and writes nothing.
 *
 * The file is never closed here: to close it would let go of the locks that SQLite holds for this process.
 */
import { fstatSync, openSync, readSync } from 'node:fs';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import { hasRun } from '../../model/erasure/erase-runs.ts';
import { columnsOf, layoutOf, type PageLayout, unusedPart, varintAt } from './page-layout.ts';

/** A page with remains, with what leads SQLite to it. */
export interface RemainsPage {
  readonly page: number;
  /** Null: nobody knows how to have it overwritten. */
  readonly of: FillableRows | FillableKeys | null;
}

export interface FillableRows {
  readonly table: FillableTable;
  readonly rows: readonly { readonly row: number; readonly payload: number; readonly size: number }[];
  readonly free: number;
}

/** Tables that are nothing but entries, by how many columns they have. */
const entryTables = { 3: 'call_keys', 5: 'call_beginnings' } as const;
export type EntryTable = (typeof entryTables)[keyof typeof entryTables];

export interface FillableKeys {
  readonly table: EntryTable;
  /** The first entry there, and how many there are. */
  readonly first: readonly (string | number)[];
  readonly count: number;
  readonly free: number;
}

export interface FoundRemains {
  readonly pages: readonly RemainsPage[];
  /** Pages of long records that have the number in them: it may be in use there, as a part of an id. */
  readonly unclear: number;
  /** Null: that was the last page. */
  readonly next: number | null;
}

const pagesAtOnce = 200;

/** How an entry of `call_beginnings` splits a number: its first digits, and what follows behind time and call. */
const beginnings = [7, 4];
const fewestOfPart = 5;

/** Parts of a number that in an unused place are overwritten too; another number's that is like it does no harm there. */
function partsOf({ keys }: ErasedNumber): readonly Buffer[] {
  const parts = keys.flatMap((key) => beginnings.flatMap((length) => [key.slice(0, length), key.slice(length)]));
  return [...new Set(parts)].filter((part) => part.length >= fewestOfPart).map((part) => Buffer.from(part));
}

/** Tables by how many columns a row has, and whether its first one is the row's number, which stands elsewhere. */
const tables = {
  '2 row': 'outbox',
  '6 row': 'events',
  '6 text': 'answers',
  '7 row': 'counters',
  '9 row': 'calls',
  '11 row': 'audit',
  '12 row': 'attempts',
} as const;
export type FillableTable = (typeof tables)[keyof typeof tables];

export function remainsFinder(file: string, pageSize = 4_096) {
  let fd: number | null = null;

  return ({ number, from }: { readonly number: ErasedNumber; readonly from: number }): FoundRemains => {
    fd ??= openSync(file, 'r');
    const last = Math.floor(fstatSync(fd).size / pageSize);
    const chunk = Buffer.alloc(pagesAtOnce * pageSize);
    const read = readSync(fd, chunk, 0, chunk.length, (from - 1) * pageSize);
    const pages: RemainsPage[] = [];
    const parts = partsOf(number);
    const isNamedIn = (bytes: Buffer): boolean =>
      parts.some((part) => bytes.includes(part)) || hasRun(bytes.toString('latin1'), number);
    let unclear = 0;
    for (let at = 0; (at + 1) * pageSize <= read; at++) {
      const page = chunk.subarray(at * pageSize, (at + 1) * pageSize);
      if (!isNamedIn(page)) continue;
      const layout = layoutOf(page, from + at);
      if (!layout) unclear += hasRun(page.toString('latin1'), number) ? 1 : 0;
      else {
        const unused = unusedPart(page, from + at, layout);
        const of = isNamedIn(unused) ? fillable(page, layout) : null;
        if (of || hasRun(unused.toString('latin1'), number)) pages.push({ page: from + at, of });
      }
    }
    const next = from + pagesAtOnce;
    return { pages, unclear, next: next > last ? null : next };
  };
}

function fillable(page: Buffer, { kind, cells, free }: PageLayout): RemainsPage['of'] {
  const [first] = cells;
  if (!first) return null;
  const columns = columnsOf(page, first);
  if (kind === 'table leaf') {
    const name = `${columns.length} ${columns[0] === 0 ? 'row' : 'text'}`;
    if (!Object.hasOwn(tables, name)) return null;
    const rows = cells.map(({ row, payload, size }) => ({ row: row as number, payload, size }));
    return { table: tables[name as keyof typeof tables], rows, free };
  }
  const table = entryTables[columns.length as keyof typeof entryTables] as EntryTable | undefined;
  if (kind !== 'index leaf' || table === undefined || !isText(columns[0] as number)) return null;
  return { table, first: entryAt(page, first.record, columns), count: cells.length, free };
}

const isText = (type: number): boolean => type >= 13 && type % 2 === 1;
/** Bytes of whole numbers by their kind; 8 and 9 are 0 and 1 themselves. */
const integerBytes = [0, 1, 2, 3, 4, 6, 8, 0, 0, 0];

function entryAt(page: Buffer, record: number, columns: readonly number[]): (string | number)[] {
  let place = record + varintAt(page, record)[0];
  return columns.map((type) => {
    if (type === 8 || type === 9) return type - 8;
    const bytes = isText(type) ? (type - 13) / 2 : (integerBytes[type] ?? 0);
    const from = place;
    place += bytes;
    if (isText(type)) return page.toString('utf8', from, place);
    return bytes === 8 ? Number(page.readBigInt64BE(from)) : page.readIntBE(from, bytes);
  });
}
