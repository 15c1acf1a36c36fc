/**
 * Searching attempts, newest first, without an index that each of them would pay for. What was asked decides where is
 * looked: on some events, in the blocks that are marked with their sequences; for an outcome that is rare, in its index;
 * of some subscriptions, block by block, where their rows are; else in all rows. A job looks at a bounded number of them.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { attemptOutcomes } from '../delivery-store.ts';
import { attemptMarkReader, type RowRange } from './attempt-marks.ts';
import type { FlatValue, FlatValues } from './flat.ts';

export interface AttemptScan {
  readonly subscriptions: readonly number[] | null;
  readonly seqs: readonly number[] | null;
  /** Place in `attemptOutcomes`. */
  readonly outcome: number | null;
  readonly replay: number | null;
  /** When they ended, milliseconds: at or after, and before. */
  readonly since: number | null;
  readonly until: number | null;
  /** Rows from this one on, and below this one; null: from the newest. */
  readonly from: number;
  readonly before: number | null;
  readonly limit: number;
}

export interface AttemptScanResult {
  readonly rows: FlatValues;
  /** Goes on below this row; null: there are no more. */
  readonly next: number | null;
}

/** Rows a search looks at in one go: about 10 ms, then others have their turn. */
const mostScanned = 32_768;
/** Under an index, where each costs a look-up of its own. */
const mostIndexed = 5_000;
/** Blocks of 256 rows: about 10 ms. */
const mostBlocks = 200;
/** Blocks of 16,384 rows that a search passes over because none of its subscriptions is there: some 3 µs each. */
const mostPassedOver = 2_000;
/** Of more subscriptions it costs too much to ask each block for. */
const mostAskedFor = 100;

const columns = `row, subscription, endpoint, seq, iif(batch = 0, seq, batch), attempt, outcome, status, started_at,
  duration_ms, detail, replay`;
export const attemptColumns = 12;
const where = `row >= ?1 AND row < ?2
  AND (?3 IS NULL OR subscription IN (SELECT value FROM json_each(?3)))
  AND (?4 IS NULL OR seq IN (SELECT value FROM json_each(?4)))
  AND (?5 IS NULL OR replay = ?5)
  AND (?6 IS NULL OR started_at + duration_ms >= ?6)
  AND (?7 IS NULL OR started_at + duration_ms < ?7)`;
const end = 'ORDER BY row DESC LIMIT ?8';

/** Those that `attempts_by_outcome` has; SQLite takes it where its condition is said again. */
const indexed = attemptOutcomes.map((_name, number) => number).filter((number) => number > 0 && number < 5);

export function attemptScanJobs(db: DatabaseSync) {
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const marks = attemptMarkReader(db);
  const ends = prepare('SELECT (SELECT min(row) FROM attempts), (SELECT max(row) FROM attempts)');
  const scan = prepare(`SELECT ${columns} FROM attempts WHERE ${where} AND (?9 IS NULL OR outcome = ?9) ${end}`);
  const amongRows = prepare(
    `SELECT ${columns} FROM attempts WHERE row IN (SELECT value FROM json_each(?10)) AND ${where} AND (?9 IS NULL OR outcome = ?9) ${end}`,
  );
  const byOutcome = new Map(
    indexed.map((outcome) => {
      const from = `FROM attempts INDEXED BY attempts_by_outcome WHERE outcome = ${outcome} AND outcome > 0 AND outcome < 5`;
      const search = prepare(`SELECT ${columns} ${from} AND ${where} ${end}`);
      const reach = prepare(`SELECT row ${from} AND row >= ? AND row < ? ORDER BY row DESC LIMIT 1 OFFSET ?`);
      return [outcome, { search, reach }];
    }),
  );
  const endedAt = prepare('SELECT started_at + duration_ms FROM attempts WHERE row >= ? ORDER BY row LIMIT 1');

  function bounds(): RowRange {
    const [oldest, newest] = ends.get() as unknown as [number | null, number | null];
    return { from: oldest ?? 1, end: (newest ?? 0) + 1 };
  }

  function select(
    statement: StatementSync,
    { subscriptions, seqs, outcome, replay, since, until }: AttemptScan,
    { from, end: to }: RowRange,
    limit: number,
    rows?: string,
  ): FlatValue[][] {
    const list = (values: readonly number[] | null): string | null => values && JSON.stringify(values);
    const facts = [from, to, list(subscriptions), list(seqs), replay, since, until, limit];
    if (statement === scan || statement === amongRows) facts.push(outcome);
    return statement.all(...facts, ...(rows === undefined ? [] : [rows])) as unknown as FlatValue[][];
  }

  /** @param looked all of this was looked at, unless the page became full */
  function result(query: AttemptScan, rows: FlatValue[][], looked: number, from: number): AttemptScanResult {
    const stoppedAt = rows.length === query.limit ? (rows.at(-1)?.[0] as number) : looked;
    return { rows: rows.flat(), next: stoppedAt > from ? stoppedAt : null };
  }

  function onEvents(query: AttemptScan, range: RowRange): AttemptScanResult {
    const blocks = marks.blocksOf(JSON.stringify(query.seqs), range.end, mostBlocks);
    const rows: FlatValue[][] = [];
    for (const block of blocks) {
      if (rows.length === query.limit) break;
      const part = { from: Math.max(block.from, range.from), end: Math.min(block.end, range.end) };
      rows.push(...select(scan, query, part, query.limit - rows.length));
    }
    return result(query, rows, blocks.length < mostBlocks ? 0 : (blocks.at(-1)?.from ?? 0), range.from);
  }

  function ofOutcome(query: AttemptScan, range: RowRange, outcome: number): AttemptScanResult | null {
    const index = byOutcome.get(outcome);
    if (!index) return null;
    // Where nothing else was asked, as many are looked at as are given.
    const isNarrowed = query.subscriptions !== null || query.replay !== null;
    const reached = isNarrowed ? index.reach.get(range.from, range.end, mostIndexed - 1) : undefined;
    const from = (reached as unknown as [number] | undefined)?.[0] ?? range.from;
    const rows = select(index.search, query, { from, end: range.end }, query.limit);
    return result(query, rows, from, range.from);
  }

  /** From the newest block down. */
  function ofSubscriptions(query: AttemptScan, range: RowRange, newest: number, subscriptions: readonly number[]) {
    const rows: FlatValue[][] = [];
    let looked = range.end;
    for (let budget = mostScanned; budget > 0 && looked > range.from && rows.length < query.limit; ) {
      const part = { from: Math.max(range.from, marks.largeBlock(looked - 1).from), end: looked };
      const known = marks.rowsOf(looked - 1, newest, subscriptions);
      const limit = query.limit - rows.length;
      if (known === null) rows.push(...select(scan, query, part, limit));
      else if (known.length > 0) rows.push(...select(amongRows, query, part, limit, JSON.stringify(known)));
      budget -= known === null ? looked - part.from : known.length + mostScanned / mostPassedOver;
      looked = part.from;
    }
    return result(query, rows, looked, range.from);
  }

  function amongAll(query: AttemptScan, range: RowRange): AttemptScanResult {
    const from = Math.max(range.from, range.end - mostScanned);
    return result(query, select(scan, query, { from, end: range.end }, query.limit), from, range.from);
  }

  function scanAttempts(query: AttemptScan): AttemptScanResult {
    const all = bounds();
    const range = { from: Math.max(query.from, all.from), end: Math.min(query.before ?? Infinity, all.end) };
    if (query.seqs) return onEvents(query, range);
    const rare = query.outcome === null ? null : ofOutcome(query, range, query.outcome);
    if (rare) return rare;
    const { subscriptions } = query;
    if (!subscriptions || subscriptions.length > mostAskedFor) return amongAll(query, range);
    return ofSubscriptions(query, range, all.end - 1, subscriptions);
  }

  /**
   * The row after the last one that ended before this time, looking back from the newest: what lies further back does
   * not disturb, where a clock was ahead once.
   */
  function place({ time }: { readonly time: number }): number {
    const { from, end: newest } = bounds();
    const isBefore = (row: number): boolean =>
      ((endedAt.get(row) as unknown as [number] | undefined)?.[0] ?? Infinity) < time;
    let high = newest;
    let low = high - 1;
    for (let step = 1; low >= from && !isBefore(low); step *= 2) {
      high = low;
      low -= step;
    }
    low = Math.max(low, from - 1);
    // All up to `low` ended before, and `high` did not.
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isBefore(middle)) low = middle;
      else high = middle;
    }
    return high;
  }

  // The same by two names: searches go to a thread of their own.
  return { 'attempts.scan': scanAttempts, 'attempts.search': scanAttempts, 'attempts.place': place };
}
