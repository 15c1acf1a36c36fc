/**
 * A backup: a directory with the database, its manifest and, where asked for, the key file. It is made under another
 * name and renamed when it is whole and on stable storage, so that half a backup is never taken for one.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { databaseFile } from '../../sqlite/connection.ts';
import { copyDatabase } from '../../sqlite/copy-database.ts';
import { keyFiles } from '../seal/key-file.ts';
import { copyPrivately, syncPath } from './files.ts';
import { BackupError, factsOf, type Manifest, manifestFile } from './manifest.ts';

export interface BackupRequest {
  /** The data directory, of a running server or a stopped one. */
  readonly dataDir: string;
  /** Where backups are kept; this one is a new directory in it. */
  readonly into: string;
  readonly withKey: boolean;
  /** Milliseconds. */
  readonly now: number;
  readonly version: string;
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

export interface MadeBackup {
  readonly path: string;
  readonly manifest: Manifest;
}

/** @throws BackupError; StorageError when the database is damaged */
export async function makeBackup(request: BackupRequest): Promise<MadeBackup> {
  const { dataDir, into, now } = request;
  if (!existsSync(join(dataDir, databaseFile))) {
    throw new BackupError(`there is no store in ${dataDir}: say where it is with --data-dir, or with --config`);
  }
  const name = `offhook-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
  const path = join(into, name);
  const partial = `${path}.partial`;
  if (existsSync(path)) throw new BackupError(`${path} is there already`);
  await mkdir(into, { recursive: true, mode: 0o700 });
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  try {
    const manifest = await fill(partial, request);
    await syncPath(partial);
    await rename(partial, path);
    await syncPath(dirname(path));
    return { path, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function fill(
  dir: string,
  { dataDir, withKey, now, version, onProgress, signal }: BackupRequest,
): Promise<Manifest> {
  const database = join(dir, databaseFile);
  const { schema, log } = await copyDatabase({ dir: dataDir, to: database, onProgress, signal });
  const files: Manifest['files'] = { [databaseFile]: await factsOf(database) };
  const keys = keyFiles.filter((name) => existsSync(join(dataDir, name)));
  for (const name of withKey ? keys : []) {
    await copyPrivately(join(dataDir, name), join(dir, name));
    files[name] = await factsOf(join(dir, name));
  }
  const manifest: Manifest = {
    format: 1,
    madeAt: new Date(now).toISOString(),
    offhook: version,
    schema,
    log,
    keyFile: keys.length === 0 ? 'none' : withKey ? 'included' : 'left out',
    files,
  };
  const text = join(dir, manifestFile);
  await writeFile(text, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await syncPath(text);
  return manifest;
}
