import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { type Connection, openCheckpointer, openWriter } from './connection.ts';
import { takeBackWal, WalKeeper } from './wal-keeper.ts';

const limits = { long: 300, few: 20, tooLong: 900 };
const opened: (() => void)[] = [];
afterEach(() => {
  while (opened.length > 0) opened.pop()?.();
});

function kept<C extends Connection>(connection: C): C {
  opened.push(() => connection.close());
  return connection;
}

/** A database whose writer's log is kept short; `commits` writes about as many pages and tells the keeper. */
function place() {
  const dir = mkdtempSync(join(tmpdir(), 'offhook-wal-'));
  opened.push(() => rmSync(dir, { recursive: true, force: true }));
  const { db } = kept(openWriter(dir));
  // What the migrations have written is not counted: there are more of them over time.
  db.exec('CREATE TABLE t (text TEXT); PRAGMA wal_checkpoint(TRUNCATE)');
  let asked = 0;
  const keeper = new WalKeeper(db, () => void asked++, limits);
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  const facts = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  const commits = (count: number): void => {
    for (let index = 0; index < count; index++) {
      insert.run('x'.repeat(3_000));
      keeper.committed(3_000);
    }
  };
  return {
    dir,
    db,
    keeper,
    commits,
    asked: () => asked,
    log: () => facts.get() as { log: number; checkpointed: number },
  };
}

/** What is committed while the helper takes back stays in the log: it goes no further than the oldest reader. */
function helpWhile(dir: string, commit: () => void): void {
  const reader = kept(openCheckpointer(dir)).db;
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM t').get();
  commit();
  takeBackWal(kept(openCheckpointer(dir)).db);
  reader.exec('COMMIT');
}

test('a short log is left alone, for a long one help is asked once', () => {
  const { commits, asked, log } = place();
  commits(100);
  assert.equal(asked(), 0);
  commits(150);
  assert.ok(log().log > limits.long);
  assert.equal(asked(), 1);
  assert.equal(log().checkpointed, 0, 'no commit waited for it');
});

test('helped, the writer takes back the few pages that came meanwhile, and the log begins anew', () => {
  const { dir, keeper, commits, log } = place();
  commits(250);
  helpWhile(dir, () => commits(3));
  assert.ok(log().checkpointed < log().log);
  keeper.helped();
  assert.equal(log().checkpointed, log().log);
  commits(1);
  assert.ok(log().log < 10, `it has ${log().log} pages`);
});

test('when more came meanwhile than the writer takes back by itself, help is asked again', () => {
  const { dir, keeper, commits, asked } = place();
  commits(250);
  helpWhile(dir, () => commits(40));
  assert.equal(asked(), 1);
  keeper.helped();
  assert.equal(asked(), 2);
});

test('without help the log stays bounded, and nothing is lost', () => {
  const { dir, db, commits, asked, log } = place();
  commits(2_000);
  assert.ok(asked() >= 1);
  assert.ok(log().log < limits.tooLong + 200, `it has ${log().log} pages`);
  const count = kept(openCheckpointer(dir)).db.prepare('SELECT count(*) AS rows FROM t').get();
  assert.deepEqual({ ...count }, { rows: 2_000 });
  assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
});

test('what a reader that took long has left is taken back by the helper, not by the writer while commits wait', () => {
  const { dir, keeper, commits, asked, log } = place();
  const reader = kept(openCheckpointer(dir)).db;
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM t').get();
  const help = (): void => {
    takeBackWal(kept(openCheckpointer(dir)).db);
    keeper.helped();
  };
  commits(250);
  help();
  commits(3_000);
  help();
  reader.exec('COMMIT');
  const before = asked();
  commits(100);
  assert.equal(asked(), before + 1);
  assert.ok(log().checkpointed < limits.long, `the writer took back ${log().checkpointed} of ${log().log} pages`);
  help();
  assert.equal(log().checkpointed, log().log);
});

test('while a reader takes long, as a backup does, help that can do nothing is not asked for at once again', () => {
  const { dir, keeper, commits, asked, log } = place();
  const reader = kept(openCheckpointer(dir)).db;
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM t').get();
  commits(250);
  const help = (): void => {
    takeBackWal(kept(openCheckpointer(dir)).db);
    keeper.helped();
  };
  help();
  const before = asked();
  help();
  help();
  assert.equal(asked(), before, 'nothing can be taken back beyond what the reader began with');
  commits(200);
  assert.equal(asked(), before + 1, 'more commits ask again');
  reader.exec('COMMIT');
  help();
  assert.equal(log().checkpointed, log().log);
});
