/**
 * Both sides of the benchmark of bytes written: Offhook takes batches of events in and delivers each event once, to a
 * receiver that answers in the process; the floor writes the very same rows, in the same transactions, into two tables
 * without an index and nothing else.
 */

import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { createJournalist } from '../../src/calls/journal/index.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { everything } from '../../src/model/scope.ts';
import type { DeliveryFlush, DeliveryStore } from '../../src/records/delivery-store.ts';
import { draftOf } from '../../test/support/builders.ts';
import { BenchStore, instantSender } from '../support/delivery.ts';
import { type Written, writtenBy } from '../support/disk.ts';
import { callEvents } from '../support/events.ts';
import { serve } from '../support/serve.ts';
import { removeDir, temporaryDir } from '../support/temporary.ts';

/** One transaction: so many rows of one of the tables. */
export interface Batch {
  readonly table: 'events' | 'attempts';
  readonly rows: number;
}

export interface BytesRun extends Written {
  readonly batches: readonly Batch[];
}

/** Notes how many attempts each flush brings. */
function noting(store: DeliveryStore, batches: Batch[]): DeliveryStore {
  return {
    load: () => store.load(),
    flush: async (batch: DeliveryFlush) => {
      if (batch.attempts.length > 0) batches.push({ table: 'attempts', rows: batch.attempts.length });
      return store.flush(batch);
    },
  };
}

const tenMinutesMs = 600_000;

export interface Plan {
  readonly events: number;
  readonly batchSize: number;
  /** The journal of calls is kept meanwhile, and is complete in the end. */
  readonly journal: boolean;
}

function journalistOf({ log, records }: BenchStore) {
  return createJournalist({ clock: systemClock, logger: silentLogger, log, journal: records.calls });
}

async function runOffhook(store: BenchStore, { events, batchSize, journal }: Plan): Promise<BytesRun> {
  const batches: Batch[] = [];
  const delivery = store.delivery(instantSender, noting(store.records.delivery, batches));
  await delivery.start();
  const journalist = journal ? journalistOf(store) : null;
  await journalist?.start();
  const draft = draftOf('http://127.0.0.1/hook', { dialect: 'cloudevents', target: { maxInFlight: 64 } });
  await delivery.subscriptions.create(everything, draft);
  const all = [...callEvents(events, 1_000)];
  const bytes = await writtenBy(async () => {
    for (let from = 0; from < all.length; from += batchSize) {
      const batch = all.slice(from, from + batchSize);
      batches.push({ table: 'events', rows: batch.length });
      await store.log.append(batch);
      await delivery.settledUpTo(from + batch.length);
    }
    await journalist?.caughtUp(tenMinutesMs);
    await journalist?.stop();
    await delivery.stop();
    await store.engine.close();
  });
  return { ...bytes, batches };
}

const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';

type Rows = Readonly<Record<Batch['table'], readonly SQLInputValue[][]>>;

/** A table for such rows, numbered by their first column, as both of Offhook's are, and a statement that adds one. */
function plainTable(db: DatabaseSync, name: string, [row = []]: readonly SQLInputValue[][]): StatementSync {
  const columns = row.map((_value, index) => (index === 0 ? 'c0 INTEGER PRIMARY KEY' : `c${index}`));
  db.exec(`CREATE TABLE ${name} (${columns.join(', ')})`);
  return db.prepare(`INSERT INTO ${name} VALUES (${row.map(() => '?').join(', ')})`);
}

/** What Offhook stored, column by column. */
function storedRows(dir: string): Rows {
  const db = new DatabaseSync(join(dir, 'offhook.db'), { readOnly: true });
  const all = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row) as SQLInputValue[]);
  const rows = {
    events: all('SELECT * FROM events ORDER BY seq'),
    attempts: all('SELECT * FROM attempts ORDER BY row'),
  };
  db.close();
  return rows;
}

async function runFloor(rows: Rows, batches: readonly Batch[]): Promise<Written> {
  const dir = temporaryDir();
  const db = new DatabaseSync(join(dir, 'floor.db'));
  db.exec(pragmas);
  const insert = {
    events: plainTable(db, 'events', rows.events),
    attempts: plainTable(db, 'attempts', rows.attempts),
  };
  const next = { events: 0, attempts: 0 };
  const bytes = await writtenBy(async () => {
    for (const { table, rows: count } of batches) {
      db.exec('BEGIN IMMEDIATE');
      for (const row of rows[table].slice(next[table], next[table] + count)) insert[table].run(...row);
      db.exec('COMMIT');
      next[table] += count;
    }
    db.close();
  });
  removeDir(dir);
  return bytes;
}

const methods = {
  run: async (plan: Plan) => {
    const store = await BenchStore.open();
    const offhook = await runOffhook(store, plan);
    const rows = storedRows(store.dir);
    const { length } = rows.attempts;
    if (length !== plan.events) throw new Error(`${length} attempts of ${plan.events} events`);
    const floor = await runFloor(rows, offhook.batches);
    removeDir(store.dir);
    return { offhook, floor };
  },
};

export type BytesMethods = typeof methods;
serve(methods);
