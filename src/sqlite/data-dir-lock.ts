import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StorageError, toErrorMessage } from './storage-error.ts';

/**
 * Keeps a second process out of the data directory: an exclusive SQLite transaction on a file of its own, held as
 * long as the database is open. The kernel lets go of it when the process dies, however it dies, so it is never stale.
 * (The database itself can't be held this way: that would shut out our own reader.)
 * @throws StorageError `locked`
 */
export function lockDataDir(dir: string): { release(): void } {
  const lock = new DatabaseSync(join(dir, 'offhook.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (toErrorMessage(error).code !== 'busy') throw error;
    throw new StorageError(
      'locked',
      `the data directory ${dir} is in use by another Offhook: stop that one, or give another directory (data.dir)`,
    );
  }
  return { release: () => lock.close() };
}
