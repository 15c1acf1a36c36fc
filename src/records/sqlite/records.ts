/** All records over the embedded store. */
import { openMemoryEngine, type SqliteEngine } from '../../sqlite/engine.ts';
import type { IdempotencyStore } from '../idempotency-store.ts';
import type { Records } from '../records.ts';
import type { SettingsStore } from '../settings-store.ts';
import { sqliteAttemptQueries } from './attempt-queries.ts';
import { sqliteCallJournal } from './call-journal.ts';
import { sqliteDeliveryStore } from './delivery-store.ts';
import { sqliteErasureStore } from './erasure-store.ts';
import { sqliteLiveCallStore } from './live-call-store.ts';
import { sqliteReplayStore } from './replay-store.ts';
import { noSeal, type Seal } from './seal.ts';
import { sqliteSubscriptionStore } from './subscription-store.ts';
import {
  sqliteAuditStore,
  sqliteDirectoryStore,
  sqliteOutbox,
  sqliteSourceStore,
  sqliteTokenStore,
} from './tenant-stores.ts';

function settingsStore(engine: SqliteEngine): SettingsStore {
  return {
    get: (name) => engine.read('settings.get', { name }),
    set: (name, value) => engine.write('settings.set', { name, value }),
  };
}

function idempotencyStore(engine: SqliteEngine): IdempotencyStore {
  return {
    recall: (caller, key) => engine.read('answers.recall', { caller, key }),
    remember: (caller, key, answer) => engine.write('answers.remember', { caller, key, answer }, answer.body.length),
    forget: (caller, key) => engine.write('answers.forget', { caller, key }),
    forgetBefore: (at) => engine.write('answers.forgetBefore', { at }),
  };
}

export type { Records };

/** @param seal keeps the receivers' credentials unreadable at rest. */
export function openSqliteRecords({
  engine,
  seal = noSeal,
}: {
  readonly engine: SqliteEngine;
  readonly seal?: Seal;
}): Records {
  const outbox = sqliteOutbox(engine);
  return {
    delivery: sqliteDeliveryStore(engine, outbox),
    attempts: sqliteAttemptQueries(engine),
    subscriptions: sqliteSubscriptionStore(engine, seal, outbox),
    replays: sqliteReplayStore(engine, outbox),
    liveCalls: sqliteLiveCallStore(engine),
    settings: settingsStore(engine),
    idempotency: idempotencyStore(engine),
    tokens: sqliteTokenStore(engine, outbox),
    sources: sqliteSourceStore(engine, outbox),
    directory: sqliteDirectoryStore(engine, outbox),
    audit: sqliteAuditStore(engine, outbox),
    outbox,
    calls: sqliteCallJournal(engine),
    erasures: sqliteErasureStore(engine, outbox),
  };
}

/** The same in memory, gone when closed. */
export async function openMemoryRecords(): Promise<Records & { close(): Promise<void> }> {
  const engine = await openMemoryEngine();
  return { ...openSqliteRecords({ engine }), close: () => engine.close() };
}
