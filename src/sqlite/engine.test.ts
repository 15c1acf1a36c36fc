import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { temporaryDir } from '../../test/support/temporary-dir.ts';
import { everything } from '../model/scope.ts';
import { openMemoryEngine, openSqliteEngine, type SqliteEngine } from './engine.ts';
import { StorageError } from './storage-error.ts';

const coded = (code: string) => (error: unknown) => error instanceof StorageError && error.code === code;

/** Runs with a directory of its own; what was opened through `open` is closed after it, however it ends. */
async function inDir(run: (dir: string, open: typeof openSqliteEngine) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('engine');
  const opened: SqliteEngine[] = [];
  const open: typeof openSqliteEngine = async (options) => {
    const engine = await openSqliteEngine(options);
    opened.push(engine);
    return engine;
  };
  try {
    await run(dir.path, open);
  } finally {
    for (const engine of opened) await engine.close();
    await dir.remove();
  }
}

describe('sqlite engine', () => {
  test('keeps the database to its owner, and makes the directory', () =>
    inDir(async (dir, open) => {
      const inside = join(dir, 'a', 'b');
      const engine = await open({ dir: inside });
      await engine.write('settings.set', { name: 'n', value: 'v' });
      for (const file of ['offhook.db', 'offhook.db-wal', 'offhook.db-shm']) {
        assert.equal((await stat(join(inside, file))).mode & 0o777, 0o600, file);
      }
      await engine.close();
    }));

  test('searches, also while it is closed, and again after it was opened anew', () =>
    inDir(async (dir, open) => {
      const engine = await open({ dir });
      const search = () => engine.read('audit.list', { access: everything, limit: 10 });
      assert.deepEqual((await search()).entries, []);
      const last = Promise.all([search(), search()]);
      const closing = engine.close();
      await assert.rejects(engine.read('settings.get', { name: 'late' }), coded('closed'));
      await closing;
      await last;
      await assert.rejects(search(), coded('closed'));
      assert.equal(engine.damage(), null);
    }));

  test('keeps a second one out of the directory, until it is closed', () =>
    inDir(async (dir, open) => {
      const first = await open({ dir });
      await assert.rejects(open({ dir }), (error) => {
        assert.ok(error instanceof StorageError && error.code === 'locked');
        assert.match(error.message, /stop that one, or give another directory \(data\.dir\)/);
        return true;
      });
      await first.write('settings.set', { name: 'n', value: 'still there' });
      await first.close();
      const second = await open({ dir });
      assert.equal(await second.read('settings.get', { name: 'n' }), 'still there');
      await second.close();
    }));

  test('refuses a database of a newer version, and leaves it as it is', () =>
    inDir(async (dir, open) => {
      await (await open({ dir })).close();
      const db = new DatabaseSync(join(dir, 'offhook.db'));
      db.exec('PRAGMA user_version = 999');
      db.close();
      await assert.rejects(open({ dir }), coded('newer'));
      await assert.rejects(open({ dir }), coded('newer'), 'and lets go of the directory');
    }));

  test('refuses what is no database', () =>
    inDir(async (dir, open) => {
      await (await open({ dir })).close();
      await writeFile(join(dir, 'offhook.db'), 'x'.repeat(10_000));
      await assert.rejects(open({ dir }), coded('corrupt'));
    }));

  test('finishes what was given before it is closed, and refuses what comes after', () =>
    inDir(async (dir, open) => {
      const engine = await open({ dir });
      const writes = Array.from({ length: 50 }, (_, index) =>
        engine.write('settings.set', { name: `n${index}`, value: 'v' }),
      );
      const closed = engine.close();
      await assert.rejects(engine.write('settings.set', { name: 'late', value: 'v' }), coded('closed'));
      await assert.rejects(engine.read('settings.get', { name: 'late' }), coded('closed'));
      await Promise.all(writes);
      await closed;
      await engine.close();
    }));

  test('writes on after a job that failed, whose neighbours are stored', async () => {
    const engine = await openMemoryEngine();
    const endpoint = { reseller: 'r', domain: 'd', key: 'k', body: '{}' };
    const outcomes = await Promise.allSettled([
      engine.write('settings.set', { name: 'before', value: '1' }),
      engine.write('subscriptions.putEndpoint', { ...endpoint, number: 1 }),
      engine.write('subscriptions.putEndpoint', { ...endpoint, number: 2 }),
      engine.write('settings.set', { name: 'after', value: '2' }),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(coded('constraint')((outcomes[2] as PromiseRejectedResult).reason));
    assert.equal(await engine.read('settings.get', { name: 'after' }), '2');
    await engine.close();
  });
});
