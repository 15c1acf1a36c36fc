/**
 * How a page of the database lies on the disk, as far as it takes to tell what of it is in use:
 * https://www.sqlite.org/fileformat2.html, "B-tree Pages". Only for looking: whoever writes pages is SQLite.
 */
export interface Cell {
  readonly from: number;
  readonly size: number;
  /** Bytes of its record, also those on other pages. */
  readonly payload: number;
  /** Where the record begins. */
  readonly record: number;
  /** Of a table. */
  readonly row: number | null;
}

export interface PageLayout {
  readonly kind: 'table leaf' | 'index leaf' | 'inner';
  readonly cells: readonly Cell[];
  /** Bytes that belong to nothing. */
  readonly free: number;
}

const headerOfFile = 100;
const kinds: Readonly<Record<number, PageLayout['kind']>> = {
  2: 'inner',
  5: 'inner',
  10: 'index leaf',
  13: 'table leaf',
};

/** @returns value and length; rows and sizes here are below 2^53 */
export function varintAt(page: Buffer, place: number): readonly [value: number, length: number] {
  let value = 0;
  for (let length = 1; length < 9; length++) {
    const byte = page.readUInt8(place + length - 1);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, length];
  }
  return [value * 256 + page.readUInt8(place + 8), 9];
}

export const varintLength = (value: number): number => Math.max(1, Math.ceil(Math.log2(value + 1) / 7));

/** Bytes of a record that stand in its page. */
export function localBytes(payload: number, pageSize: number, ofTable: boolean): number {
  const most = ofTable ? pageSize - 35 : Math.floor(((pageSize - 12) * 64) / 255) - 23;
  if (payload <= most) return payload;
  const least = Math.floor(((pageSize - 12) * 32) / 255) - 23;
  const local = least + ((payload - least) % (pageSize - 4));
  return local <= most ? local : least;
}

/** Null: it is no page of a tree, such as one that goes on with a long record. */
export function layoutOf(page: Buffer, number: number): PageLayout | null {
  const start = number === 1 ? headerOfFile : 0;
  const type = page.readUInt8(start);
  const kind = kinds[type];
  if (kind === undefined) return null;
  const pointers = start + (kind === 'inner' ? 12 : 8);
  const count = page.readUInt16BE(start + 3);
  const cells = Array.from({ length: count }, (_none, at) => cellAt(page, page.readUInt16BE(pointers + 2 * at), type));
  const used = cells.reduce((sum, { size }) => sum + size, pointers + 2 * count);
  return { kind, cells, free: page.length - used };
}

function cellAt(page: Buffer, from: number, type: number): Cell {
  const isInner = type === 2 || type === 5;
  let place = from + (isInner ? 4 : 0);
  if (type === 5) return { from, size: 4 + varintAt(page, place)[1], payload: 0, record: place, row: null };
  const [payload, length] = varintAt(page, place);
  place += length;
  let row: number | null = null;
  if (type === 13) {
    const [value, rowLength] = varintAt(page, place);
    row = value;
    place += rowLength;
  }
  const local = localBytes(payload, page.length, type === 13);
  const size = Math.max(4, place - from + local + (local < payload ? 4 : 0));
  return { from, size, payload, record: place, row };
}

/** The page with zeros wherever something is in use. */
export function unusedPart(page: Buffer, number: number, { kind, cells }: PageLayout): Buffer {
  const unused = Buffer.from(page);
  const start = number === 1 ? headerOfFile : 0;
  unused.fill(0, 0, start + (kind === 'inner' ? 12 : 8) + 2 * cells.length);
  for (const { from, size } of cells) unused.fill(0, from, from + size);
  return unused;
}

/** Kinds of the values of a record: see "Record Format" there. */
export function columnsOf(page: Buffer, { record }: Cell): readonly number[] {
  const [length, own] = varintAt(page, record);
  const types: number[] = [];
  for (let place = record + own; place < record + length; ) {
    const [type, bytes] = varintAt(page, place);
    types.push(type);
    place += bytes;
  }
  return types;
}
