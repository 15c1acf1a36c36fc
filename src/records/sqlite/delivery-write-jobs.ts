/** What the writer thread does for deliveries. Every job runs inside a transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import { OldRowFinder, type RowsAfter } from '../../sqlite/old-rows.ts';
import type { WriteAlongside } from './alongside-jobs.ts';
import { attemptMarkWriter } from './attempt-marks.ts';
import { type FlatValue, forEachRow } from './flat.ts';
import { attemptWidth, type FlushInput } from './flush-codec.ts';
import { replayProgressWriter } from './replay-jobs.ts';

/** Attempts trimmed in one transaction at most, so that a commit of others waits a few milliseconds. */
const mostTrimmed = 2_000;
const trimmedTo = 'attempts.trimmedTo';

type AttemptNumbers = [number, number, number, number, number, number, number, number, number, number];

interface TrimRequest {
  readonly startedBefore: number;
  readonly now: number;
  readonly limit: number;
}

export function deliveryWriteJobs(db: DatabaseSync, writeAlongside: WriteAlongside) {
  const meta = metaFacts(db);
  const insertAttempt = db.prepare(
    'INSERT INTO attempts (row, subscription, endpoint, seq, batch, attempt, outcome, status, started_at, duration_ms, ' +
      'detail, replay) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const lastAttempt = db.prepare('SELECT max(row) AS row FROM attempts');
  const park = db.prepare('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const unpark = db.prepare('DELETE FROM parked WHERE subscription = ? AND seq = ? AND replay = ?');
  const detach = db.prepare('INSERT OR REPLACE INTO lanes VALUES (?, ?, ?)');
  const attach = db.prepare('DELETE FROM lanes WHERE endpoint = ?');
  const count = db.prepare(`
    INSERT INTO counters VALUES (?1, ?2, ?3, coalesce(min(?4, ?5), ?4, ?5, 0), ?4, ?5, ?6)
    ON CONFLICT (subscription) DO UPDATE SET
      posts = posts + excluded.posts,
      errors = errors + excluded.errors,
      since = iif(since = 0, excluded.since, since),
      last_success_at = coalesce(excluded.last_success_at, last_success_at),
      last_error_at = coalesce(excluded.last_error_at, last_error_at),
      last_error = coalesce(excluded.last_error, last_error)`);
  const writeReplays = replayProgressWriter(db);
  const setCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)');
  const rowsAfter = db.prepare('SELECT row, started_at FROM attempts WHERE row > ? ORDER BY row LIMIT ?');
  rowsAfter.setReturnArrays(true);
  const removeUpTo = db.prepare('DELETE FROM attempts WHERE row <= ?');
  const old = new OldRowFinder((row, limit) => rowsAfter.all(row, limit) as unknown as ReturnType<RowsAfter>);
  const marks = attemptMarkWriter(db);
  let lastRow: number | null = null;

  const lastRowNow = (): number =>
    Math.max((lastAttempt.get() as { row: number | null }).row ?? 0, meta.number(trimmedTo));

  function insertAttempts({ attempts, details }: FlushInput): number {
    const detailOf = new Map<number, string>();
    forEachRow(details, 2, ([index, text]) => void detailOf.set(index as number, text as string));
    let row = lastRow ?? lastRowNow();
    for (let at = 0; at < attempts.length; at += attemptWidth) {
      const [subscription, endpoint, seq, batch, attempt, outcome, status, startedAt, duration, replay] =
        attempts.subarray(at, at + attemptWidth) as unknown as AttemptNumbers;
      const detail = detailOf.size === 0 ? null : (detailOf.get(at / attemptWidth) ?? null);
      row++;
      // A batch of its own is 0, which takes no byte.
      const first = batch === seq ? 0 : batch;
      const facts = [row, subscription, endpoint, seq, first, attempt, outcome, status, startedAt, duration];
      insertAttempt.run(...facts, detail, replay);
      marks.note(row, seq);
    }
    lastRow = row;
    return row;
  }

  function flush(input: FlushInput): number {
    const row = insertAttempts(input);
    forEachRow(input.unpark, 3, (key) => void unpark.run(...key));
    forEachRow(input.park, 8, (values) => {
      values[5] = toExactText(values[5] as string);
      park.run(...values);
    });
    for (const endpoint of input.attach) attach.run(endpoint);
    forEachRow(input.detach, 3, (lane) => void detach.run(...lane));
    forEachRow(input.counters, 6, (delta) => void count.run(...delta));
    writeReplays(input);
    if (input.events.length > 0) writeAlongside({ events: input.events });
    if (input.checkpoint) setCheckpoint.run(...(input.checkpoint as FlatValue[]));
    return row;
  }

  /** Rows lie in the order they were flushed, so the oldest attempts are (nearly) the first rows: no index is needed. */
  function trim({ startedBefore, now, limit }: TrimRequest): { more: boolean } {
    const { upTo, more } = old.find({ before: startedBefore, now, most: Math.min(limit, mostTrimmed) });
    if (upTo === null) return { more };
    // The highest row may go now: what it told about the next number has to stay.
    meta.raise(trimmedTo, upTo);
    marks.dropUpTo(upTo);
    removeUpTo.run(upTo);
    return { more };
  }

  return {
    jobs: { 'delivery.flush': flush, 'attempts.trim': trim },
    forget: () => {
      lastRow = null;
      old.forget();
      marks.forget();
    },
  };
}
