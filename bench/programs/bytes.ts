/**
 * Both sides of the benchmark of bytes written: Offhook takes batches of events in and delivers each event once, to a
 * receiver that answers in the process; the floor writes the very same rows, in the same transactions, into two tables
 * without an index and nothing else.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';
import { everything } from '../../src/model/scope.ts';
import type { DeliveryFlush, DeliveryStore } from '../../src/records/delivery-store.ts';
import { draftOf } from '../../test/support/builders.ts';
import { BenchStore, instantSender } from '../support/delivery.ts';
import { writtenBy, type Written } from '../support/disk.ts';
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

async function runOffhook(store: BenchStore, events: number, batchSize: number): Promise<BytesRun> {
  const batches: Batch[] = [];
  const delivery = store.delivery(instantSender, noting(store.records.delivery, batches));
  await delivery.start();
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
    await delivery.stop();
    await store.engine.close();
  });
  return { ...bytes, batches };
}

const floorSchema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE events (seq INTEGER PRIMARY KEY, accepted_at INTEGER, connector INTEGER, domain INTEGER, id TEXT, body TEXT);
  CREATE TABLE attempts (row INTEGER PRIMARY KEY, subscription INTEGER, endpoint INTEGER, seq INTEGER, batch INTEGER,
    attempt INTEGER, outcome INTEGER, status INTEGER, started_at INTEGER, duration_ms INTEGER, detail TEXT);
`;

type Rows = Readonly<Record<Batch['table'], readonly SQLInputValue[][]>>;

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
  db.exec(floorSchema);
  const insert = {
    events: db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)'),
    attempts: db.prepare('INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
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
  run: async ({ events, batchSize }: { readonly events: number; readonly batchSize: number }) => {
    const store = await BenchStore.open();
    const offhook = await runOffhook(store, events, batchSize);
    const rows = storedRows(store.dir);
    if (rows.attempts.length !== events) throw new Error(`${rows.attempts.length} attempts of ${events} events`);
    const floor = await runFloor(rows, offhook.batches);
    removeDir(store.dir);
    return { offhook, floor };
  },
};

export type BytesMethods = typeof methods;
serve(methods);
