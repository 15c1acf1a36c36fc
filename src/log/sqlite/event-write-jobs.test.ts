import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { eventNamed } from '../../../test/conformance/event-log-support.ts';
import { commitGroup } from '../../sqlite/group-commit.ts';
import { migrate } from '../../sqlite/migrate.ts';
import { migrations } from '../../sqlite/migrations/index.ts';
import type { JobMessage } from '../../sqlite/protocol.ts';
import { encodeEvents } from './append-input.ts';
import { eventWriteJobs } from './event-write-jobs.ts';

const appendOf = (ticket: number, ids: readonly string[], text = ''): JobMessage => {
  const { input } = encodeEvents(ids.map((id) => eventNamed(id, { domain: `d-${id}`, data: { text } })));
  return { ticket, kind: 'log.append', input: { ...input, acceptedAt: 1_000, idsSince: 0, maxBytes: null }, weight: 1 };
};

test('a disk that is full costs the append that met it, and nothing that comes later', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db, migrations);
  const set = eventWriteJobs(db);
  const seqsIn = () =>
    db
      .prepare('SELECT seq, id FROM events ORDER BY seq')
      .all()
      .map(({ seq, id }) => `${Number(seq)}${String(id)}`);
  db.exec('PRAGMA max_page_count = 60');
  const large = 'x'.repeat(300_000);
  const answers = commitGroup(db, set, [appendOf(1, ['a']), appendOf(2, ['b', 'c'], large), appendOf(3, ['d'])]);
  assert.deepEqual(
    answers.map(({ error, output }) => error?.code ?? output),
    [{ first: 1, known: null }, 'full', { first: 2, known: null }],
  );
  assert.deepEqual(seqsIn(), ['1a', '2d']);
  db.exec('PRAGMA max_page_count = 6000');
  const later = commitGroup(db, set, [appendOf(4, ['b', 'c'], large), appendOf(5, ['a'])]);
  assert.deepEqual(
    later.map(({ output }) => output),
    [
      { first: 3, known: null },
      { first: 5, known: [1] },
    ],
  );
  const domains = db.prepare('SELECT name FROM events JOIN names ON names.id = domain ORDER BY seq').all();
  assert.deepEqual(
    domains.map(({ name }) => name),
    ['d-a', 'd-d', 'd-b', 'd-c'],
    'names given out in what was rolled back are not believed',
  );
});
