import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { migrate } from '../../sqlite/migrate.ts';
import { migrations } from '../../sqlite/migrations/index.ts';
import { eventReadJobs, type ReadInput } from './event-read-jobs.ts';
import { columnCount } from './event-rows.ts';

const domainCount = 4;
/** Small blocks, so that a short log has whole ones and a part of one. */
const limits = { blockSize: 8, mostKept: 3, mostMade: 2, mostSearched: 5 };

interface World {
  /** Domain of the event of each sequence from 1; null: there is none. */
  readonly domains: readonly (number | null)[];
  readonly reads: readonly { readonly after: number; readonly wanted: readonly number[]; readonly limit: number }[];
  /** Everything up to here is trimmed after the first reads. */
  readonly trimmedTo: number;
}

const world: fc.Arbitrary<World> = fc.record({
  domains: fc.array(fc.option(fc.integer({ min: 1, max: domainCount })), { maxLength: 90 }),
  reads: fc.array(
    fc.record({
      after: fc.nat(90),
      wanted: fc.uniqueArray(fc.integer({ min: 1, max: domainCount + 1 }), { minLength: 1 }),
      limit: fc.integer({ min: 1, max: 30 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  trimmedTo: fc.nat(40),
});

/** Page by page to the end. */
function readAll(read: (input: ReadInput) => { rows: readonly unknown[]; scannedTo: number }, input: ReadInput) {
  const seqs: unknown[] = [];
  for (let { after } = input; after < input.upTo; ) {
    const { rows, scannedTo } = read({ ...input, after });
    const found = rows.filter((_value, index) => index % columnCount === 0);
    assert.ok(found.length <= input.limit);
    assert.ok(scannedTo > after && scannedTo <= input.upTo, 'every page gets on');
    assert.ok(found.every((seq) => (seq as number) > after && (seq as number) <= scannedTo));
    seqs.push(...found);
    after = scannedTo;
  }
  return seqs;
}

test('a page by domains has what a look at every event finds, whatever was trimmed or never there', () => {
  fc.assert(
    fc.property(world, ({ domains, reads, trimmedTo }) => {
      const db = new DatabaseSync(':memory:');
      migrate(db, migrations);
      const name = db.prepare('INSERT INTO names (id, name) VALUES (?, ?)');
      for (let id = 1; id <= domainCount; id++) name.run(id, `d${id}`);
      const insert = db.prepare('INSERT INTO events VALUES (?, 1, 1, ?, ?, ?)');
      domains.forEach((domain, index) => domain !== null && insert.run(index + 1, domain, `e${index}`, '{}'));
      const set = eventReadJobs(db, limits);
      let floor = 0;
      const check = (): void => {
        for (const { after, wanted, limit } of reads) {
          const input = { after, upTo: domains.length, limit, domains: wanted.map((id) => `d${id}`) };
          const expected = domains.flatMap((domain, index) =>
            domain !== null && index + 1 > Math.max(after, floor) && wanted.includes(domain) ? [index + 1] : [],
          );
          assert.deepEqual(readAll(set.jobs['log.read'], input), expected);
        }
      };
      check();
      floor = trimmedTo;
      db.prepare('DELETE FROM events WHERE seq <= ?').run(floor);
      check();
      db.close();
    }),
    { numRuns: 300 },
  );
});
