import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { seededRandom } from '../../kit/random.ts';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { callEntryWriter } from '../../records/sqlite/call-entries.ts';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';
import { scrubbing } from '../scrub.ts';
import { pageFiller } from './fill-page.ts';
import { type RemainsPage, remainsFinder } from './find-remains.ts';
import { layoutOf } from './page-layout.ts';

const digits = '12157010680';
const number = { keys: [digits] };

async function withDatabase(secureDelete: string, run: (db: DatabaseSync, file: string) => void): Promise<void> {
  const dir = await temporaryDir('remains');
  const file = join(dir.path, 'offhook.db');
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ${secureDelete}`);
    migrate(db, migrations);
    run(db, file);
  } finally {
    db.close();
    await dir.remove();
  }
}

const inBytes = (db: DatabaseSync, file: string): number => {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return readFileSync(file, 'latin1').split(digits).length - 1;
};

/** Calls that grow and shrink, so that rows move from page to page; every 37th is the person's, and is erased at last. */
function fillAndErase(db: DatabaseSync): void {
  const random = seededRandom(1);
  const put = db.prepare(
    `INSERT INTO calls (row, domain, reseller, call_id, started_at, seq, direction, body) VALUES (?, 1, 2, ?, 1, 1, 'inbound', ?)
     ON CONFLICT (row) DO UPDATE SET body = excluded.body`,
  );
  const entries = callEntryWriter(db);
  const isTheirs = (row: number): boolean => row % 37 === 0;
  const write = (row: number, text: string, size: number): void =>
    void put.run(row, `c${row}`, JSON.stringify({ text, more: 'x'.repeat(size) }));
  db.exec('BEGIN');
  for (let row = 1; row <= 12_000; row++) {
    write(row, isTheirs(row) ? digits : '2', 300 + random.next() * 200);
    const other = Math.max(1, row - Math.floor(random.next() * 5));
    write(other, isTheirs(other) ? digits : '3', 600 + random.next() * 2_500);
    const keys = ['*', 'r1', 'd2', `e${Math.floor(random.next() * 50)}`, `n1${Math.floor(random.next() * 1e10)}`];
    for (const key of [...keys, ...(isTheirs(row) ? [`n${digits}`] : [])]) entries.enter(key, row, row, 1);
  }
  for (let row = 37; row <= 12_000; row += 37) {
    write(row, 'erased', 500);
    entries.forget(`n${digits}`, row, row);
  }
  db.exec('COMMIT');
}

function scrubAll(db: DatabaseSync): void {
  const { step } = scrubbing(db);
  for (let more = true; more; ) {
    db.exec('BEGIN');
    ({ more } = step());
    db.exec('COMMIT');
  }
}

/** @returns pages that had it in the first pass, and those that have it after the last and can't be filled */
function overwriteAll(db: DatabaseSync, file: string): { readonly first: number; readonly left: readonly number[] } {
  const find = remainsFinder(file);
  const fill = pageFiller(db);
  let first: number | null = null;
  let left: number[] = [];
  for (let pass = 0; pass < 4; pass++) {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const found: RemainsPage[] = [];
    for (let from: number | null = 1; from !== null; ) {
      const { pages, next } = find({ number, from });
      found.push(...pages);
      from = next;
    }
    for (const page of found) {
      db.exec('BEGIN');
      fill(page);
      db.exec('COMMIT');
    }
    first ??= found.length;
    left = found.map(({ page }) => page);
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return { first: first ?? 0, left };
}

const contentOf = (db: DatabaseSync): unknown[] =>
  ['calls', 'call_keys', 'call_beginnings'].map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all());

const isSound = (db: DatabaseSync): boolean =>
  JSON.stringify(db.prepare('PRAGMA integrity_check').all()) === '[{"integrity_check":"ok"}]';

test('nothing is left of what was erased, in no byte of the file', async () => {
  await withDatabase('FAST', (db, file) => {
    fillAndErase(db);
    const before = contentOf(db);
    assert.ok(inBytes(db, file) > 0, 'without being overwritten it is there');
    scrubAll(db);
    assert.deepEqual(db.prepare('SELECT * FROM scrub').all(), []);
    assert.ok(inBytes(db, file) > 0, 'where rows have moved it is left');
    const { first } = overwriteAll(db, file);
    assert.ok(first > 0);
    assert.equal(inBytes(db, file), 0);
    assert.deepEqual(contentOf(db), before, 'and nothing that is in use has changed');
    assert.ok(isSound(db));
  });
});

test('of a store that overwrote nothing before, only inner pages of the keys may have it still, and are told', async () => {
  await withDatabase('OFF', (db, file) => {
    fillAndErase(db);
    const before = contentOf(db);
    scrubAll(db);
    db.exec('PRAGMA secure_delete = FAST');
    const { first, left } = overwriteAll(db, file);
    assert.ok(first > 100, `${first} pages`);
    const kinds = left.map((page) => db.prepare('SELECT name, pagetype FROM dbstat WHERE pageno = ?').get(page));
    for (const kind of kinds) assert.deepEqual({ ...kind }, { ...kind, pagetype: 'internal' });
    if (left.length === 0) assert.equal(inBytes(db, file), 0);
    assert.deepEqual(contentOf(db), before);
    assert.ok(isSound(db));
  });
});

test('freed pages keep what was in them until they are overwritten; none stays taken', async () => {
  await withDatabase('FAST', (db, file) => {
    const insert = db.prepare('INSERT INTO outbox (event) VALUES (?)');
    db.exec('BEGIN');
    for (let row = 0; row < 4_000; row++) insert.run(`${digits} ${'y'.repeat(row % 9_000)}`);
    db.exec('COMMIT; DELETE FROM outbox WHERE row % 3 > 0; DELETE FROM outbox');
    const freePages = (): number => Number(Object.values(db.prepare('PRAGMA freelist_count').get() ?? {})[0]);
    const free = freePages();
    assert.ok(free > 2_000, `${free} pages`);
    assert.ok(inBytes(db, file) > 1_000);
    scrubAll(db);
    assert.equal(inBytes(db, file), 0);
    assert.ok(freePages() >= free - 2, `${freePages()} of ${free}`);
  });
});

test('overwriting goes on after a crash in the middle of it', async () => {
  await withDatabase('FAST', (db, file) => {
    const insert = db.prepare('INSERT INTO outbox (event) VALUES (?)');
    db.exec('BEGIN');
    for (let row = 0; row < 2_000; row++) insert.run(`${digits} ${'y'.repeat(3_000)}`);
    db.exec('COMMIT; DELETE FROM outbox');
    const { step, pages } = scrubbing(db);
    for (let count = 0; count < 10; count++) step();
    assert.equal(pages(), 500);
    const again = scrubbing(db);
    assert.equal(again.pages(), 500, 'they count as free after the crash too');
    scrubAll(db);
    assert.equal(inBytes(db, file), 0);
    assert.equal(scrubbing(db).pages(), 0);
  });
});

test('the layout of pages is that of SQLite’s own account of them', async () => {
  await withDatabase('FAST', (db, file) => {
    fillAndErase(db);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(file);
    const rows = db.prepare("SELECT pageno, pagetype, ncell, unused FROM dbstat WHERE pagetype != 'overflow'").all();
    for (const { pageno, pagetype, ncell, unused } of rows as unknown as Record<string, number | string>[]) {
      const from = (Number(pageno) - 1) * 4_096;
      const layout = layoutOf(bytes.subarray(from, from + 4_096), Number(pageno));
      const kind = pagetype === 'internal' ? 'inner' : 'leaf';
      assert.ok(layout?.kind.endsWith(kind), `page ${pageno}`);
      assert.deepEqual([layout?.cells.length, layout?.free], [ncell, unused], `page ${pageno}`);
    }
    assert.ok(rows.length > 1_000, `${rows.length} pages`);
  });
});
