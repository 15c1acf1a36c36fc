/** Replays in SQLite: the orders by jobs of their own, their progress as a part of each flush. */
import type { DatabaseSync } from 'node:sqlite';
import { metaFacts } from '../../sqlite/meta.ts';
import type { Alongside } from '../alongside.ts';
import { attemptOutcomes } from '../delivery-store.ts';
import type { WriteAlongside } from './alongside-jobs.ts';
import { type FlatValue, type FlatValues, forEachRow } from './flat.ts';
import type { FlushInput } from './flush-codec.ts';
import { replayColumns, replayMarkWidth } from './replay-rows.ts';

/** Rows given at once. */
const page = 500;

interface NewReplay {
  readonly body: string;
  readonly mark: FlatValues;
  readonly alongside: Alongside | undefined;
}

interface CancelledReplay {
  readonly number: number;
  readonly reason: string;
  readonly alongside: Alongside | undefined;
}

/** Writes a flush's part about replays, in its transaction. */
export function replayProgressWriter(db: DatabaseSync): (input: FlushInput) => void {
  // A flush that was put together before somebody cancelled it may be written after that.
  const mark = db.prepare(`
    UPDATE replays SET state = iif(state = 'cancelling' AND ?2 = 'running', state, ?2), reason = coalesce(?3, reason),
      cursor = ?4, settled_above = ?5, missed = ?6, started_at = ?7, ended_at = ?8
    WHERE number = ?1`);
  const count = db.prepare(
    `UPDATE replays SET ${attemptOutcomes.map((name, at) => `${name} = ${name} + ?${at + 2}`).join(', ')} WHERE number = ?1`,
  );
  return ({ replays, replayCounts }) => {
    forEachRow(replays, replayMarkWidth, (row) => void mark.run(...row));
    forEachRow(replayCounts, attemptOutcomes.length + 1, (row) => void count.run(...row));
  };
}

export function replayWriteJobs(db: DatabaseSync, writeAlongside: WriteAlongside) {
  const meta = metaFacts(db);
  const takeNumber = db.prepare(`
    INSERT INTO meta VALUES ('replay.lastNumber', '1') ON CONFLICT (name) DO UPDATE
      SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER) AS number`);
  const put = db.prepare(
    'INSERT INTO replays (number, state, reason, cursor, settled_above, missed, started_at, ended_at, body) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const cancel = db.prepare(
    "UPDATE replays SET state = 'cancelling', reason = ? WHERE number = ? AND state IN ('queued', 'running')",
  );
  const remove = db.prepare('DELETE FROM replays WHERE number = ?');
  return {
    'replays.nextNumber': (): number => (takeNumber.get() as { number: number }).number,
    'replays.put': ({ body, mark, alongside }: NewReplay): void => {
      meta.raise('replay.lastNumber', mark[0] as number);
      put.run(...(mark as FlatValue[]), body);
      writeAlongside(alongside);
    },
    'replays.cancel': ({ number, reason, alongside }: CancelledReplay): void => {
      cancel.run(reason, number);
      writeAlongside(alongside);
    },
    'replays.remove': (numbers: readonly number[]): void => {
      for (const number of numbers) remove.run(number);
    },
  };
}

export function replayReadJobs(db: DatabaseSync) {
  const after = db.prepare(`SELECT ${replayColumns}, body FROM replays WHERE number > ? ORDER BY number LIMIT ?`);
  after.setReturnArrays(true);
  return {
    'replays.after': ({ number }: { readonly number: number }) => {
      const rows = after.all(number, page) as unknown as FlatValue[][];
      return { rows: rows.flat(), more: rows.length === page };
    },
  };
}
