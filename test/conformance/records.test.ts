import { openMemoryRecords, openSqliteRecords } from '../../src/records/sqlite/records.ts';
import { openMemoryEngine, openSqliteEngine } from '../../src/sqlite/engine.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { attemptQueriesConformance } from './attempt-queries.ts';
import { auditStoreConformance } from './audit-store.ts';
import { callJournalConformance } from './call-journal.ts';
import { deliveryStoreConformance } from './delivery-store.ts';
import { directoryStoreConformance } from './directory-store.ts';
import { erasureStoreConformance } from './erasure-store.ts';
import { idempotencyStoreConformance } from './idempotency-store.ts';
import { liveCallStoreConformance } from './live-call-store.ts';
import { outboxConformance } from './outbox.ts';
import type { OpenRecords, RecordsUnderTest } from './records-support.ts';
import { replayStoreConformance } from './replay-store.ts';
import { settingsStoreConformance } from './settings-store.ts';
import { sourceStoreConformance } from './source-store.ts';
import { subscriptionStoreConformance } from './subscription-store.ts';
import { tokenStoreConformance } from './token-store.ts';

async function openFile(): Promise<RecordsUnderTest> {
  const dir = await temporaryDir('records');
  let engine = await openSqliteEngine({ dir: dir.path });
  let records = openSqliteRecords({ engine });
  return {
    records: () => records,
    reopen: async () => {
      await engine.close();
      engine = await openSqliteEngine({ dir: dir.path });
      records = openSqliteRecords({ engine });
    },
    close: async () => {
      await engine.close();
      await dir.remove();
    },
  };
}

async function openInMemory(): Promise<RecordsUnderTest> {
  const engine = await openMemoryEngine();
  let records = openSqliteRecords({ engine });
  return {
    records: () => records,
    reopen: () => {
      records = openSqliteRecords({ engine });
      return Promise.resolve();
    },
    close: () => engine.close(),
  };
}

/** As an application opens them, with nothing to reopen. */
async function openAsMemory(): Promise<RecordsUnderTest> {
  const records = await openMemoryRecords();
  return { records: () => records, reopen: () => Promise.resolve(), close: () => records.close() };
}

function run(name: string, open: OpenRecords, runs: number): void {
  deliveryStoreConformance(name, open, runs);
  attemptQueriesConformance(name, open);
  subscriptionStoreConformance(name, open);
  liveCallStoreConformance(name, open);
  idempotencyStoreConformance(name, open);
  tokenStoreConformance(name, open);
  sourceStoreConformance(name, open);
  directoryStoreConformance(name, open);
  auditStoreConformance(name, open);
  outboxConformance(name, open);
  replayStoreConformance(name, open);
  callJournalConformance(name, open);
  erasureStoreConformance(name, open);
}

run('sqlite, a file', openFile, 8);
run('sqlite, in memory', openInMemory, 30);
settingsStoreConformance('sqlite, a file', openFile);
settingsStoreConformance('memory', openAsMemory);
