import type { DatabaseSync } from 'node:sqlite';
import type { Migration } from './migrations/migration.ts';
import { StorageError } from './storage-error.ts';

/** Number of the newest migration it has seen; 0: it is new. */
export function schemaOf(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

function run(db: DatabaseSync, { number, name, sql }: Migration): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(sql);
    db.exec(`PRAGMA user_version = ${number}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw new StorageError('other', `migration ${number} (${name}) failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Brings the database to the newest schema. Each step is one transaction, so a crash leaves it at a whole step.
 * @throws StorageError `newer` when a later version of Offhook wrote it: going back would lose what it added.
 */
export function migrate(db: DatabaseSync, migrations: readonly Migration[]): void {
  const version = schemaOf(db);
  const newest = migrations.at(-1)?.number ?? 0;
  if (version > newest) {
    throw new StorageError(
      'newer',
      `the database has schema ${version}, this version of Offhook knows up to ${newest}: ` +
        'start the newer version again, or give another data directory (data.dir)',
    );
  }
  for (const migration of migrations) {
    if (migration.number > version) run(db, migration);
  }
}
