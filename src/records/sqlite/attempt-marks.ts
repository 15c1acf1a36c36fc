/**
 * Where attempts lie, kept for blocks of rows, so that an attempt costs next to nothing:
 * - `attempt_marks`: attempts on events of these 256 sequences are in this block of 256 rows. Attempts follow their
 *   events, so there is about one mark for each block; a retry, or a lane that catches up, adds one.
 * - `attempt_subscriptions`: where in a block of 16,384 rows the attempts of a subscription are; made when it is full.
 * What is kept may lead to attempts that are gone, and never lacks one.
 */
import type { DatabaseSync } from 'node:sqlite';

const perMark = 256;
export const rowsOfBlock = 256;
const rowsOfLargeBlock = 16_384;
/** More of one subscription in a block: going through the block costs no more than going from one to the next. */
const mostPlaces = 512;

const bucketOf = (seq: number): number => Math.floor(seq / perMark);
const blockOf = (row: number): number => Math.floor(row / rowsOfBlock);
const largeBlockOf = (row: number): number => Math.floor(row / rowsOfLargeBlock);

/** What was noted of the block that is being filled: nothing is written twice. */
class Noted {
  #block = -1;
  readonly #values = new Set<number>();

  isNew(block: number, value: number): boolean {
    if (block !== this.#block) this.#values.clear();
    this.#block = block;
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    return true;
  }

  forget(): void {
    this.#block = -1;
  }
}

export function attemptMarkWriter(db: DatabaseSync) {
  const mark = db.prepare('INSERT OR IGNORE INTO attempt_marks VALUES (?, ?)');
  const markLarge = db.prepare(`
    INSERT OR REPLACE INTO attempt_subscriptions
    SELECT ?1, subscription, iif(count(*) > ${mostPlaces}, NULL, json_group_array(row % ${rowsOfLargeBlock}))
    FROM attempts WHERE row >= ?2 AND row < ?3 GROUP BY subscription`);
  const pairsUpTo = db.prepare(`SELECT DISTINCT seq / ${perMark}, row / ${rowsOfBlock} FROM attempts WHERE row <= ?`);
  pairsUpTo.setReturnArrays(true);
  const unmark = db.prepare(`
    DELETE FROM attempt_marks WHERE bucket = ?1 AND block = ?2 AND NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE row > ?3 AND row >= ?2 * ${rowsOfBlock} AND row < (?2 + 1) * ${rowsOfBlock} AND seq / ${perMark} = ?1)`);
  const unmarkLarge = db.prepare('DELETE FROM attempt_subscriptions WHERE block < ?');
  const noted = new Noted();
  return {
    /** Once its row is written. */
    note(row: number, seq: number): void {
      const block = blockOf(row);
      if (noted.isNew(block, bucketOf(seq))) mark.run(bucketOf(seq), block);
      if ((row + 1) % rowsOfLargeBlock !== 0) return;
      const { from, end } = blockRange(largeBlockOf(row), rowsOfLargeBlock);
      markLarge.run(largeBlockOf(row), from, end);
    },
    /** Before the attempts up to this row go. */
    dropUpTo(row: number): void {
      for (const [bucket, block] of pairsUpTo.all(row) as unknown as [number, number][]) unmark.run(bucket, block, row);
      unmarkLarge.run(largeBlockOf(row + 1));
    },
    /** What was noted may have been undone. */
    forget: () => noted.forget(),
  };
}

/** Rows from `from` on, up to the one before `end`. */
export interface RowRange {
  readonly from: number;
  readonly end: number;
}

const blockRange = (block: number, rows: number): RowRange => ({ from: block * rows, end: (block + 1) * rows });

export function attemptMarkReader(db: DatabaseSync) {
  const blocks = db.prepare(`
    SELECT DISTINCT block FROM attempt_marks
    WHERE bucket IN (SELECT DISTINCT value / ${perMark} FROM json_each(?1)) AND block <= ?2 ORDER BY block DESC LIMIT ?3`);
  blocks.setReturnArrays(true);
  const places = db.prepare('SELECT places FROM attempt_subscriptions WHERE block = ? AND subscription = ?');
  places.setReturnArrays(true);
  return {
    /** Blocks that may have attempts on these events, from the one with the row before `end` down. */
    blocksOf(seqs: string, end: number, most: number): readonly RowRange[] {
      const rows = blocks.all(seqs, blockOf(end - 1), most) as unknown as [number][];
      return rows.map(([block]) => blockRange(block, rowsOfBlock));
    },
    /** The large block this row is in. */
    largeBlock: (row: number): RowRange => blockRange(largeBlockOf(row), rowsOfLargeBlock),
    /** Rows of these subscriptions in the large block of this row; null: they are many, or it is not full yet. */
    rowsOf(row: number, newest: number, subscriptions: readonly number[]): readonly number[] | null {
      const block = largeBlockOf(row);
      const { from, end } = blockRange(block, rowsOfLargeBlock);
      if (end > newest + 1) return null;
      const rows: number[] = [];
      for (const subscription of subscriptions) {
        const [list] = (places.get(block, subscription) as unknown as [string | null] | undefined) ?? ['[]'];
        if (list === null) return null;
        if (list !== '[]') rows.push(...(JSON.parse(list) as number[]).map((place) => from + place));
      }
      return rows;
    },
  };
}
