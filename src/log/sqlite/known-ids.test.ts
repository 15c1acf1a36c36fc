import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toExactText } from '../../sqlite/exact-text.ts';
import { migrate } from '../../sqlite/migrate.ts';
import { migrations } from '../../sqlite/migrations/index.ts';
import { knownIds } from './known-ids.ts';

const id = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.string({ maxLength: 3 }),
    fc.constantFrom('', 'a', '\uffff', '\u{10000}', '\ue000', '\ud800', '\ud7ff'),
  )
  .map(toExactText);

test('an id that is there is never ruled out, whatever its characters and wherever the memory begins', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ id, forget: fc.boolean() }), { maxLength: 12 }), (steps) => {
      const db = new DatabaseSync(':memory:');
      migrate(db, migrations);
      const insert = db.prepare(
        "INSERT INTO events (accepted_at, connector, domain, id, body) VALUES (0, 1, 1, ?, '')",
      );
      const ids = knownIds(db);
      const there = new Set<string>();
      for (const step of steps) {
        if (step.forget) ids.forget();
        ids.mayHave(step.id);
        ids.add(step.id);
        insert.run(step.id);
        there.add(step.id);
        for (const known of there) assert.ok(ids.mayHave(known), JSON.stringify(known));
      }
      db.close();
    }),
  );
});

test('an id above all others is new', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db, migrations);
  const ids = knownIds(db);
  assert.ok(!ids.mayHave('01A'));
  ids.add('01A');
  assert.ok(ids.mayHave('01A'));
  assert.ok(!ids.mayHave('01B'));
});
