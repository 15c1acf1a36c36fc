import { existsSync } from 'node:fs';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../../kit/clock.ts';
import { lockDataDir } from '../../sqlite/data-dir-lock.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import { diskSpace, megabytes, spaceProblem } from '../health/disk-space.ts';
import { keyFiles } from '../seal/key-file.ts';
import { failed, type Finding, ok, reasonOf, skipped, warning } from './finding.ts';

/** Of statfs(2); on these a lock or an fsync may not mean what it says. */
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x65735546: 'FUSE',
  0x01021997: '9p',
};
const tmpfs = 0x01021994;
const slowSyncMs = 100;

/** The directory, or the nearest one above it that is there: it is made at the first start. */
function nearest(dir: string): string {
  let here = resolve(dir);
  while (!existsSync(here) && dirname(here) !== here) here = dirname(here);
  return here;
}

export async function checkDataDir(dir: string, clock: Clock): Promise<Finding[]> {
  const here = nearest(dir);
  const isThere = here === resolve(dir);
  return [
    isThere ? await privacy(dir) : ok('data directory', `${resolve(dir)} is made at the first start`),
    await writing(here, clock),
    await space(here),
    await fileSystem(here),
    ...(isThere ? await modes(dir) : []),
  ];
}

async function privacy(dir: string): Promise<Finding> {
  const { mode } = await stat(dir);
  if ((mode & 0o077) === 0) return ok('data directory', `${resolve(dir)}, for its owner alone`);
  const detail = `${resolve(dir)} may be read by others (mode ${(mode & 0o777).toString(8)})`;
  return warning('data directory', detail, `chmod 700 ${resolve(dir)}`);
}

async function writing(dir: string, clock: Clock): Promise<Finding> {
  const file = join(dir, `.offhook-doctor-${process.pid}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    const began = clock.monotonic();
    try {
      await handle.writeFile('x'.repeat(4_096));
      await handle.sync();
    } finally {
      await handle.close();
    }
    const ms = clock.monotonic() - began;
    if (ms < slowSyncMs) return ok('disk', `a write was on stable storage after ${ms.toFixed(1)} ms`);
    const detail = `a write took ${ms.toFixed(0)} ms to get to stable storage: every event waits that long`;
    return warning('disk', detail, 'use a faster disk, or one that others use less');
  } catch (error) {
    const remedy =
      'let the user Offhook runs as write there (chown), and look whether the file system is mounted read-only';
    return failed('disk', `nothing can be written to ${dir} (${reasonOf(error)})`, remedy);
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

async function space(dir: string): Promise<Finding> {
  const found = await diskSpace(dir);
  const problem = spaceProblem(found);
  if (problem === null) return ok('free space', `${megabytes(found.freeBytes)} of ${megabytes(found.totalBytes)}`);
  const remedy =
    'free some, shorten retention.events, or set retention.maxBytes, so that events are refused before the disk is full';
  return found.freeBytes < 50_000_000 ? failed('free space', problem, remedy) : warning('free space', problem, remedy);
}

async function fileSystem(dir: string): Promise<Finding> {
  const { type } = await statfs(dir);
  const network = networkFileSystems[type];
  if (network !== undefined) {
    const detail = `the store is on ${network}: locks and fsync may not hold there, and SQLite can be damaged`;
    return warning('file system', detail, 'put data.dir on a disk of this machine');
  }
  if (type === tmpfs) {
    return warning(
      'file system',
      'the store is in memory (tmpfs) and gone after a restart of the machine',
      'put data.dir on a disk',
    );
  }
  return ok('file system', 'local');
}

async function modes(dir: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ['offhook.db', ...keyFiles]) {
    const facts = await stat(join(dir, name)).catch(() => null);
    if (!facts || (facts.mode & 0o077) === 0) continue;
    const detail = `${join(dir, name)} may be read by others (mode ${(facts.mode & 0o777).toString(8)})`;
    findings.push(
      failed(
        'file modes',
        detail,
        `chmod 600 ${join(dir, name)}; if others could read it, change the key: offhook secrets rotate`,
      ),
    );
  }
  return findings;
}

/** Whether a server has the directory now. */
export function checkLock(dir: string): { readonly isRunning: boolean; readonly finding: Finding } {
  if (!existsSync(join(dir, 'offhook.lock'))) {
    return { isRunning: false, finding: skipped('lock', 'no server has used this directory yet') };
  }
  try {
    lockDataDir(dir).release();
    return { isRunning: false, finding: ok('lock', 'no server has the data directory open') };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'locked') {
      return { isRunning: true, finding: ok('lock', 'a server has the data directory open') };
    }
    const remedy = 'look at the rights of offhook.lock in the data directory';
    return { isRunning: false, finding: failed('lock', `the lock can't be tried (${reasonOf(error)})`, remedy) };
  }
}
