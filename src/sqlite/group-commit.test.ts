import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { commitGroup, takeGroup } from './group-commit.ts';
import type { JobSet } from './job-set.ts';
import type { JobMessage } from './protocol.ts';

/** A writer that only adds numbers, each at most once, and counts its transactions. */
function numberWriter() {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE numbers (value INTEGER PRIMARY KEY CHECK (value < 100)) STRICT');
  const add = db.prepare('INSERT INTO numbers VALUES (?)');
  const seen = { forgotten: 0 };
  const set: JobSet = {
    jobs: {
      add: ({ values }: { readonly values: readonly number[] }) => {
        for (const value of values) add.run(value);
        return values.length;
      },
    },
    forget: () => void seen.forgotten++,
  };
  const stored = (): number[] =>
    (db.prepare('SELECT value FROM numbers ORDER BY value').all() as { value: number }[]).map(({ value }) => value);
  return { db, set, seen, stored };
}

const jobOf = (ticket: number, values: readonly number[], kind = 'add'): JobMessage => ({
  ticket,
  kind,
  input: { values },
  weight: 1,
});

describe('group commit', () => {
  test('answers all jobs of a group, in order', () => {
    const { db, set, seen, stored } = numberWriter();
    const answers = commitGroup(db, set, [jobOf(1, [5, 6]), jobOf(2, [7])]);
    assert.deepEqual(answers, [
      { ticket: 1, output: 2 },
      { ticket: 2, output: 1 },
    ]);
    assert.deepEqual(stored(), [5, 6, 7]);
    assert.equal(seen.forgotten, 0);
  });

  test('a job that fails takes no other with it, and leaves nothing of itself', () => {
    const { db, set, seen, stored } = numberWriter();
    const answers = commitGroup(db, set, [jobOf(1, [1]), jobOf(2, [2, 1]), jobOf(3, [3]), jobOf(4, [4, 100])]);
    assert.deepEqual(
      answers.map(({ ticket, error }) => [ticket, error?.code ?? null]),
      [
        [1, null],
        [2, 'constraint'],
        [3, null],
        [4, 'constraint'],
      ],
    );
    assert.deepEqual(stored(), [1, 3]);
    assert.equal(seen.forgotten, 3, 'what was remembered is dropped with each rollback');
  });

  test('a job nobody knows is answered as an error', () => {
    const { db, set, stored } = numberWriter();
    const answers = commitGroup(db, set, [jobOf(1, [1], 'toString'), jobOf(2, [2])]);
    assert.equal(answers[0]?.error?.code, 'other');
    assert.deepEqual(stored(), [2]);
  });

  test('stores what the same jobs one by one would store', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(110), { maxLength: 4 }), { maxLength: 12 }), (values) => {
        const together = numberWriter();
        const apart = numberWriter();
        const jobs = values.map((list, index) => jobOf(index, list));
        const answers = commitGroup(together.db, together.set, jobs);
        assert.deepEqual(
          answers,
          jobs.flatMap((job) => commitGroup(apart.db, apart.set, [job])),
        );
        assert.deepEqual(together.stored(), apart.stored());
      }),
    );
  });

  test('a group ends before it grows too large, but takes at least one job', () => {
    const large = { ...jobOf(1, []), weight: 1_000_000_000 };
    const queue = [large, jobOf(2, []), jobOf(3, []), large];
    assert.deepEqual(takeGroup(queue), [large]);
    assert.deepEqual(
      takeGroup(queue).map(({ ticket }) => ticket),
      [2, 3],
    );
    assert.equal(takeGroup(queue).length, 1);
    assert.equal(queue.length, 0);
    const many = Array.from({ length: 2_500 }, (_, index) => jobOf(index, []));
    assert.deepEqual([takeGroup(many).length, takeGroup(many).length, takeGroup(many).length], [1_000, 1_000, 500]);
  });
});
