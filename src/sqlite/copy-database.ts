/**
 * A consistent copy of the database, taken while a server writes it or while none runs: everything is read in one
 * transaction, so records and log are of the same moment. It runs in a process of its own and takes its time: a little
 * is copied and brought to the disk, and for four times as long nothing is done, so that the server's own commits, which
 * wait for the same disk and processors, hardly notice.
 */
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { markAsCopy } from '../log/sqlite/holes.ts';
import { databaseFile, runningMark } from './connection.ts';
import { metaFacts } from './meta.ts';
import { schemaOf } from './migrate.ts';
import { StorageError } from './storage-error.ts';

export interface CopyRequest {
  /** The data directory. */
  readonly dir: string;
  /** The new file; made with mode 0600. */
  readonly to: string;
  /** Share of the pages that are copied, 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** What the copy holds. */
export interface CopyFacts {
  readonly schema: number;
  readonly log: { readonly id: string | null; readonly head: number };
}

/**
 * How much longer it rests than it works while a server runs. At 1 the median of deliveries beside it doubled on a busy
 * machine of 2 cores, at 4 it stayed as it was (`npm run bench -- --suite backup`).
 */
const restsBesideServer = 4;
/** One megabyte: what the disk is busy with while a commit waits for it. */
const pagesAtOnce = 256;
const busyTimeoutMs = 5_000;

/** @throws StorageError `corrupt` when what was copied is damaged */
export async function copyDatabase({ dir, to, onProgress, signal }: CopyRequest): Promise<CopyFacts> {
  closeSync(openSync(to, 'wx', 0o600));
  const source = new DatabaseSync(join(dir, databaseFile), { readOnly: true, timeout: busyTimeoutMs });
  // Open for as long as SQLite has the file: closing it would let go of SQLite's own lock.
  const file = openSync(to, 'r+');
  const pace = existsSync(join(dir, runningMark)) ? restsBesideServer : 0;
  let turnBegan = performance.now();
  const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }): void => {
    signal.throwIfAborted();
    fsyncSync(file);
    rest(pace * (performance.now() - turnBegan));
    onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
    turnBegan = performance.now();
  };
  try {
    // What this transaction sees is what is copied, whatever is committed meanwhile.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(source, to, { rate: pagesAtOnce, progress });
    source.exec('COMMIT');
  } finally {
    source.close();
    closeSync(file);
  }
  signal.throwIfAborted();
  return finish(to);
}

/** This process has nothing else to do: it may as well block. */
function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(ms, 1_000));
}

function finish(file: string): CopyFacts {
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL');
    const [{ quick_check: verdict }] = db.prepare('PRAGMA quick_check(1)').all() as [{ quick_check: string }];
    if (verdict !== 'ok') throw new StorageError('corrupt', `the database is damaged: ${verdict}`);
    const meta = metaFacts(db);
    const newest = db.prepare('SELECT max(seq) AS seq FROM events').get() as { seq: number | null };
    const facts = {
      schema: schemaOf(db),
      log: { id: meta.text('log.id'), head: newest.seq ?? meta.number('log.floor') },
    };
    markAsCopy(meta);
    return facts;
  } finally {
    db.close();
  }
}
