/**
 * Puts a backup into a data directory. Everything is checked and copied before anything there is touched; what was
 * there is kept beside it. The log then begins a hole (`src/log/sqlite/holes.ts`), so that no sequence is used twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { databaseFile, runningMark, unfinishedRestore } from '../../sqlite/connection.ts';
import { lockDataDir } from '../../sqlite/data-dir-lock.ts';
import { newestSchema } from '../../sqlite/migrations/index.ts';
import { keyFiles } from '../seal/key-file.ts';
import { copyPrivately, syncPath } from './files.ts';
import { BackupError, factsOf, type Manifest, readManifest } from './manifest.ts';

export interface RestoreRequest {
  /** The backup's directory, or a file in it. */
  readonly from: string;
  readonly dataDir: string;
  /** Whether a store that is there may be put aside. */
  readonly replace: boolean;
  /** Milliseconds. */
  readonly now: number;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Where what was there is now; null: nothing was. */
  readonly former: string | null;
}

/** SQLite takes a write-ahead log it finds for the database's own: one that is not would ruin it. */
const storeFiles = [databaseFile, `${databaseFile}-wal`, `${databaseFile}-shm`, runningMark];
const incoming = 'restore.incoming';

/** @throws BackupError, StorageError `locked` while a server runs there */
export async function restoreBackup({ from, dataDir, replace, now }: RestoreRequest): Promise<Restored> {
  const source = await directoryOf(from);
  const manifest = await readManifest(source);
  if (manifest.schema > newestSchema) {
    throw new BackupError(
      `the backup has schema ${manifest.schema}, this version of Offhook knows up to ${newestSchema}: restore it with Offhook ${manifest.offhook} or newer`,
    );
  }
  await verify(source, manifest);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(dataDir);
  try {
    const present = storeFiles.filter((name) => existsSync(join(dataDir, name)));
    if (present.length > 0 && !replace) {
      throw new BackupError(
        `there is a store in ${resolve(dataDir)}: name an empty directory, or give --replace, which puts it aside`,
      );
    }
    await bringIn(source, manifest, dataDir);
    return { manifest, former: await exchange(dataDir, present, manifest, now) };
  } finally {
    lock.release();
  }
}

async function directoryOf(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (!facts) throw new BackupError(`there is nothing at ${path}`);
  return facts.isDirectory() ? path : dirname(path);
}

async function verify(dir: string, { files }: Manifest): Promise<void> {
  for (const [name, expected] of Object.entries(files)) {
    const facts = await factsOf(join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      throw new BackupError(
        `${join(dir, name)} cannot be read (${error.code}); the backup is not whole, use another one`,
      );
    });
    if (facts.sha256 === expected.sha256 && facts.bytes === expected.bytes) continue;
    throw new BackupError(`${join(dir, name)} is not what was backed up (its checksum differs); use another backup`);
  }
}

async function bringIn(source: string, { files }: Manifest, dataDir: string): Promise<void> {
  const dir = join(dataDir, incoming);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { mode: 0o700 });
  for (const name of Object.keys(files)) await copyPrivately(join(source, name), join(dir, name));
  await syncPath(dir);
}

/**
 * The only step that changes what a server would find. While the directory has its second name no server starts there:
 * it would find no database and make a new one, or find one without its write-ahead log.
 */
async function exchange(
  dataDir: string,
  present: readonly string[],
  { files }: Manifest,
  now: number,
): Promise<string | null> {
  const brought = join(dataDir, unfinishedRestore);
  const former = join(dataDir, `before-restore-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}Z`);
  const keys = keyFiles.filter((name) => name in files);
  const aside = [...present, ...keys.filter((name) => existsSync(join(dataDir, name)))];
  await rm(brought, { recursive: true, force: true });
  await rename(join(dataDir, incoming), brought);
  await syncPath(dataDir);
  if (aside.length > 0) await mkdir(former, { mode: 0o700 });
  for (const name of aside) await rename(join(dataDir, name), join(former, name));
  for (const name of [...keys, databaseFile]) await rename(join(brought, name), join(dataDir, name));
  await syncPath(dataDir);
  await rm(brought, { recursive: true });
  await syncPath(dataDir);
  return aside.length > 0 ? former : null;
}
