/** A log that was restored from a backup, as every reader meets it. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { eventNamed, readAll } from '../../../test/conformance/event-log-support.ts';
import { temporaryDir } from '../../../test/support/temporary-dir.ts';
import { searchEvents } from '../../api/events/search.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { everything } from '../../model/scope.ts';
import { openSqliteEngine } from '../../sqlite/engine.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import { attachCursor, eventsBetween } from '../cursor.ts';
import type { EventLog } from '../event-log.ts';
import { openSqliteEventLog } from './event-log.ts';
import { markAsCopy } from './holes.ts';

const clock = new ManualClock(1_700_000_000_000);
const nothingAsked = {
  types: null,
  domain: null,
  call: null,
  connector: null,
  extension: null,
  since: null,
  until: null,
  before: null,
  limit: 100,
};

async function withOpen<T>(dir: string, run: (log: EventLog) => Promise<T>): Promise<T> {
  const engine = await openSqliteEngine({ dir });
  try {
    return await run(await openSqliteEventLog({ engine, clock, idWindowMs: 3_600_000 }));
  } finally {
    await engine.close();
  }
}

/** Ten events, then a copy was made, and the copy is what is opened from now on. */
async function inRestored(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('holes');
  try {
    const ids = Array.from({ length: 10 }, (_, index) => `before-${index}`);
    await withOpen(dir.path, (log) => log.append(ids.map((id) => eventNamed(id))));
    clock.advance(60_000);
    mark(dir.path);
    await run(dir.path);
  } finally {
    await dir.remove();
  }
}

function mark(dir: string): void {
  const db = new DatabaseSync(join(dir, 'offhook.db'));
  markAsCopy(metaFacts(db));
  db.close();
}

describe('a log restored from a backup', () => {
  test('gives out no sequence that the former one could have given out, and remembers that over a restart', () =>
    inRestored(async (dir) => {
      const first = await withOpen(dir, async (log) => {
        assert.ok(log.head() > 10 ** 10);
        const [outcome] = await log.append([eventNamed('after')]);
        assert.ok(outcome?.seq === log.head() && outcome.seq > 10 ** 10);
        return { head: log.head(), holes: log.holes() };
      });
      await withOpen(dir, async (log) => {
        assert.deepEqual({ head: log.head(), holes: log.holes() }, first, 'one restore is one hole');
        const [next] = await log.append([eventNamed('later')]);
        assert.equal(next?.seq, first.head + 1);
      });
    }));

  test('is read through from before to behind the hole, whole and by domain, and searched backwards', () =>
    inRestored((dir) =>
      withOpen(dir, async (log) => {
        await log.append([eventNamed('after'), eventNamed('other', { domain: 'other' })]);
        assert.equal((await readAll(log)).length, 12);
        assert.equal((await readAll(log, 3, ['acme'])).length, 8);
        assert.equal((await readAll(log, 3, ['nobody'])).length, 0);
        const inside = Math.floor(log.head() / 2);
        assert.deepEqual(
          (await readAll(log, inside)).map(({ id }) => id),
          ['after', 'other'],
        );
        const newest = await searchEvents(log, everything, nothingAsked);
        const older = await searchEvents(log, everything, { ...nothingAsked, before: newest.next });
        assert.deepEqual([newest.events.length, older.events.length, older.next], [2, 10, null]);
        const until = clock.now() - 30_000;
        const earlier = await searchEvents(log, everything, { ...nothingAsked, until });
        assert.equal(earlier.events.length, 10);
        assert.deepEqual(await log.get([inside]), [null]);
      }),
    ));

  test('tells a reader whose place is beyond the backup what was lost, and lets the others go on', () =>
    inRestored((dir) =>
      withOpen(dir, async (log) => {
        const before = { log: log.id, seq: 7 };
        assert.deepEqual(attachCursor(log, before), { next: before, gap: null });
        assert.deepEqual(attachCursor(log, { log: log.id, seq: 10 }).gap, null);
        const { next, gap } = attachCursor(log, { log: log.id, seq: 14 });
        assert.deepEqual(gap, { reason: 'log rolled back', from: 11, to: 14 });
        assert.equal(next.seq, log.head());
        assert.equal(eventsBetween(log, 7, log.head()), 3);
        assert.equal(eventsBetween(log, 12, log.head()), 0);
      }),
    ));

  test('may be restored again', () =>
    inRestored(async (dir) => {
      await withOpen(dir, (log) => log.append([eventNamed('after')]));
      mark(dir);
      await withOpen(dir, async (log) => {
        assert.equal(log.holes().length, 2);
        await log.append([eventNamed('after that')]);
        assert.equal((await readAll(log, 0, ['acme'])).length, 12);
        assert.equal(eventsBetween(log, 0, log.head()), 12);
      });
    }));

  test('keeps its place when retention has taken everything', () =>
    inRestored(async (dir) => {
      const head = await withOpen(dir, async (log) => {
        await log.trim({ acceptedBefore: clock.now() + 1, limit: 100 });
        return log.head();
      });
      await withOpen(dir, async (log) => {
        assert.equal(log.head(), head);
        assert.deepEqual(await readAll(log), []);
      });
    }));
});
