import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDir } from '../../test/support/temporary-dir.ts';
import { type Connection, openWriter } from './connection.ts';
import { metaFacts } from './meta.ts';

const isCopy = ({ db }: Connection): boolean => metaFacts(db).number('log.isCopy') === 1;
const walOf = (dir: string): string => join(dir, 'offhook.db-wal');

function write({ db }: Connection): void {
  metaFacts(db).put('test', 1);
}

/** What a second signal does: the process ends as soon as SQLite comes back. */
function endWhileClosing(connection: Connection): void {
  const { db } = connection;
  const close = db.close.bind(db);
  db.close = () => {
    close();
    throw new Error('the process was ended');
  };
  assert.throws(() => connection.close(), /was ended/);
}

async function inDir(run: (dir: string) => void): Promise<void> {
  const dir = await temporaryDir('connection');
  try {
    run(dir.path);
  } finally {
    await dir.remove();
  }
}

test('a process that is ended while the database closes has lost nothing, and the next start sees that', () =>
  inDir((dir) => {
    const first = openWriter(dir);
    write(first);
    endWhileClosing(first);
    assert.ok(!existsSync(walOf(dir)), 'SQLite has taken its log away');
    const second = openWriter(dir);
    assert.equal(isCopy(second), false);
    second.close();
  }));
