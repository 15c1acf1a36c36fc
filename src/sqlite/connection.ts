import { chmodSync, closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { markAsCopy } from '../log/sqlite/holes.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { metaFacts } from './meta.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { StorageError, toErrorMessage } from './storage-error.ts';

export interface Connection {
  readonly db: DatabaseSync;
  close(): void;
}

/** In the data directory. */
export const databaseFile = 'offhook.db';
/** There while a restore exchanges the database, and after one that did not get to its end. */
export const unfinishedRestore = 'restore.unfinished';
/**
 * There while a server runs, and after one that did not end well. Its write-ahead log is there then too, unless
 * somebody took it away, and with it what was accepted last.
 */
export const runningMark = 'offhook.running';
/** Somebody else's tool may hold the database for a moment (a backup, an operator's shell). */
const busyTimeoutMs = 5_000;
/** It waits in the reader's thread, and for one thing alone: to empty the write-ahead log. */
const checkpointerWaitsMs = 10;
const pageCacheKiB = 8_192;

/** @throws StorageError where a database may be missing, or be without its write-ahead log */
function refuseHalfRestored(dir: string): void {
  if (!existsSync(join(dir, unfinishedRestore))) return;
  throw new StorageError(
    'other',
    `a restore into ${dir} was interrupted: run "offhook restore" with --replace again (what was there before is in before-restore-…)`,
  );
}

/** The database holds credentials: nobody but its owner reads it. SQLite gives `-wal` and `-shm` the same mode. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

/**
 * `synchronous = FULL`: in WAL mode every commit is followed by an fsync. Checkpoints are not automatic, since a commit
 * would wait for them: see `WalKeeper`. `secure_delete = FAST`: what is deleted within a page that is written anyway is
 * overwritten; pages that become free keep what was in them until an erasure has them overwritten (`scrub.ts`).
 */
const writerPragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA secure_delete = FAST;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -${pageCacheKiB};
`;

/** Takes the data directory, opens its database for writing and brings it to the newest schema. */
export function openWriter(dir: string): Connection {
  const lock = lockDataDir(dir);
  try {
    refuseHalfRestored(dir);
    const db = openDatabase(dir);
    const mark = join(dir, runningMark);
    closeSync(openSync(mark, 'a', 0o600));
    return { db, close: () => closeWriter(db, mark, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * SQLite takes the write-ahead log away while it closes. A process that is ended in the middle of that must not look
 * like one whose log was taken by somebody: so the mark goes first, once the database itself holds everything.
 */
function closeWriter(db: DatabaseSync, mark: string, lock: { release(): void }): void {
  try {
    if (holdsEverything(db)) rmSync(mark, { force: true });
    db.close();
    rmSync(mark, { force: true });
  } finally {
    lock.release();
  }
}

/** False where somebody still reads what only the write-ahead log has, or the disk takes no more. */
function holdsEverything(db: DatabaseSync): boolean {
  try {
    return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  } catch {
    return false;
  }
}

function openDatabase(dir: string): DatabaseSync {
  const file = join(dir, databaseFile);
  const lostItsLog = existsSync(join(dir, runningMark)) && !existsSync(`${file}-wal`);
  makePrivate(file);
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    db.exec(writerPragmas);
    migrate(db, migrations);
    if (lostItsLog) markAsCopy(metaFacts(db));
    return db;
  } catch (error) {
    db.close();
    throw inWords(error, dir);
  }
}

/** SQLite's own words for it help nobody. */
function inWords(error: unknown, dir: string): unknown {
  const { code, message } = toErrorMessage(error);
  if (code !== 'corrupt') return error;
  const remedy = 'keep it aside and put the newest backup in place with "offhook restore"; "offhook doctor" says more';
  return new StorageError('corrupt', `the store in ${dir} is damaged (${message}): ${remedy}`, { cause: error });
}

/** A second connection that can't write; the writer must have opened the database before. */
export function openReader(dir: string): Connection {
  const db = new DatabaseSync(join(dir, databaseFile), { readOnly: true, timeout: busyTimeoutMs });
  db.exec(`PRAGMA cache_size = -${pageCacheKiB}`);
  return { db, close: () => db.close() };
}

/** A connection beside the writer's, for checkpoints alone. */
export function openCheckpointer(dir: string): Connection {
  const db = new DatabaseSync(join(dir, databaseFile), { timeout: checkpointerWaitsMs });
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;');
  return { db, close: () => db.close() };
}

export function openMemory(): Connection {
  const db = new DatabaseSync(':memory:');
  migrate(db, migrations);
  return { db, close: () => db.close() };
}
