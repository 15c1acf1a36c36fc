import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { StorageError } from './storage-error.ts';

const step = (number: number, sql: string): Migration => ({ number, name: `step ${number}`, sql });
const one = step(1, 'CREATE TABLE one (a INTEGER)');
const two = step(2, 'CREATE TABLE two (b INTEGER); INSERT INTO one VALUES (2)');

const versionOf = (db: DatabaseSync) => db.prepare('PRAGMA user_version').get()?.['user_version'];
const tablesOf = (db: DatabaseSync) =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map((row) => row['name']);

describe('migrations', () => {
  test('are numbered 1, 2, 3, …', () => {
    assert.deepEqual(
      migrations.map(({ number }) => number),
      migrations.map((_, index) => index + 1),
    );
  });

  test('run once, in order, on a new and on an older database', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, [one]);
    assert.equal(versionOf(db), 1);
    migrate(db, [one, two]);
    migrate(db, [one, two]);
    assert.equal(versionOf(db), 2);
    assert.deepEqual(db.prepare('SELECT a FROM one').all(), [{ __proto__: null, a: 2 }]);
  });

  test('leave the database at a whole step when one fails', () => {
    const db = new DatabaseSync(':memory:');
    const broken = step(2, 'CREATE TABLE two (b INTEGER); INSERT INTO nowhere VALUES (1)');
    assert.throws(() => migrate(db, [one, broken]), /migration 2 \(step 2\) failed: no such table: nowhere/);
    assert.equal(versionOf(db), 1);
    assert.deepEqual(tablesOf(db), ['one']);
    migrate(db, [one, two]);
    assert.deepEqual(tablesOf(db), ['one', 'two']);
  });

  test('refuse a database of a newer version', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db, [one, two]);
    assert.throws(
      () => migrate(db, [one]),
      (error) => error instanceof StorageError && error.code === 'newer' && /schema 2.*up to 1/.test(error.message),
    );
    assert.equal(versionOf(db), 2);
  });
});
