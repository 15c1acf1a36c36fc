/**
 * Where attempts lie, kept so roughly that an attempt costs nothing. Rows are in blocks, and a mark says that a block has
 * something of what is looked for:
 * - `attempt_marks`: attempts on events of these 256 sequences are in this block of 256 rows. Attempts follow their
 *   events, so there is about one mark for each block; a retry, or a lane that catches up, adds one.
 * - `attempt_subscriptions`: this subscription is in this block of 65,536 rows.
 * A mark may be there without its attempt, never the other way round.
 */
import type { DatabaseSync } from 'node:sqlite';

const perMark = 256;
export const rowsOfBlock = 256;
const rowsOfLargeBlock = 65_536;

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
  const markLarge = db.prepare('INSERT OR IGNORE INTO attempt_subscriptions VALUES (?, ?)');
  const pairsUpTo = db.prepare(`SELECT DISTINCT seq / ${perMark}, row / ${rowsOfBlock} FROM attempts WHERE row <= ?`);
  pairsUpTo.setReturnArrays(true);
  const unmark = db.prepare(`
    DELETE FROM attempt_marks WHERE bucket = ?1 AND block = ?2 AND NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE row > ?3 AND row >= ?2 * ${rowsOfBlock} AND row < (?2 + 1) * ${rowsOfBlock} AND seq / ${perMark} = ?1)`);
  const unmarkLarge = db.prepare('DELETE FROM attempt_subscriptions WHERE block < ?');
  const noted = new Noted();
  const notedLarge = new Noted();
  return {
    note(row: number, seq: number, subscription: number): void {
      const block = blockOf(row);
      if (noted.isNew(block, bucketOf(seq))) mark.run(bucketOf(seq), block);
      const large = largeBlockOf(row);
      if (notedLarge.isNew(large, subscription)) markLarge.run(large, subscription);
    },
    /** Before the attempts up to this row go. */
    dropUpTo(row: number): void {
      for (const [bucket, block] of pairsUpTo.all(row) as unknown as [number, number][]) unmark.run(bucket, block, row);
      unmarkLarge.run(largeBlockOf(row + 1));
    },
    /** What was noted may have been undone. */
    forget(): void {
      noted.forget();
      notedLarge.forget();
    },
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
  const has = db.prepare(
    'SELECT 1 FROM attempt_subscriptions WHERE block = ?1 AND subscription IN (SELECT value FROM json_each(?2)) LIMIT 1',
  );
  return {
    /** Blocks that may have attempts on these events, from the one with the row before `end` down. */
    blocksOf(seqs: string, end: number, most: number): readonly RowRange[] {
      const rows = blocks.all(seqs, blockOf(end - 1), most) as unknown as [number][];
      return rows.map(([block]) => blockRange(block, rowsOfBlock));
    },
    /** The large block this row is in. */
    largeBlock: (row: number): RowRange => blockRange(largeBlockOf(row), rowsOfLargeBlock),
    /** Whether the large block of this row may have attempts of these subscriptions. */
    mayHave: (row: number, subscriptions: string): boolean => has.get(largeBlockOf(row), subscriptions) !== undefined,
  };
}
