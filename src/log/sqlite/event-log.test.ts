import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventNamed } from '../../../test/conformance/event-log-support.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import { openMemoryEngine, type SqliteEngine } from '../../sqlite/engine.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import { type EventLog, LogFullError } from '../event-log.ts';
import { openSqliteEventLog, type SqliteEventLogOptions } from './event-log.ts';

type Options = Omit<SqliteEventLogOptions, 'engine' | 'clock'>;

async function withLog(
  options: Partial<Options>,
  run: (log: EventLog, clock: ManualClock, engine: SqliteEngine) => Promise<void>,
): Promise<void> {
  const engine = await openMemoryEngine();
  const clock = new ManualClock();
  try {
    await run(await openSqliteEventLog({ idWindowMs: 3_600_000, ...options, engine, clock }), clock, engine);
  } finally {
    await engine.close();
  }
}

const big = (id: string) => eventNamed(id, { data: { text: 'x'.repeat(100_000) } });

/** An engine that fails as a disk may, until told that it is well again. */
function failing(engine: SqliteEngine, code: 'full' | 'io' | 'readonly' | 'crashed') {
  const state = { fails: true };
  const write: SqliteEngine['write'] = (kind, input, weight) =>
    state.fails && kind === 'log.append'
      ? Promise.reject(new StorageError(code, 'the disk says no'))
      : engine.write(kind, input, weight);
  return { state, engine: { ...engine, write } };
}

describe('event log in SQLite', () => {
  test('refuses events at its size limit, and takes them again after trimming', () =>
    withLog({ maxBytes: 1_000_000 }, async (log, clock) => {
      let stored = 0;
      const fill = async (): Promise<void> => {
        for (;;) stored = (await log.append([big(`big${stored}`)]))[0]?.seq ?? stored;
      };
      await assert.rejects(fill, (error) => error instanceof LogFullError && /retention\.maxBytes/.test(error.message));
      assert.ok(stored >= 5 && stored <= 11, `${stored} events of 100 kB in 1 MB`);
      assert.equal(log.head(), stored);
      clock.advance(1);
      await log.trim({ acceptedBefore: clock.now(), limit: 5 });
      assert.deepEqual(await log.append([big('again')]), [
        { kind: 'accepted', id: 'again', seq: stored + 1, duplicate: false },
      ]);
    }));

  test('reads single events no further than needed where little is asked of them', () =>
    withLog({}, async (log, clock, engine) => {
      await log.append([eventNamed('a')]);
      const reopened = await openSqliteEventLog({ idWindowMs: 3_600_000, engine, clock });
      for (const [where, each] of Object.entries({ memory: log, disk: reopened })) {
        assert.ok((await each.get([1], { sparing: true }))[0] instanceof StoredEvent, where);
        assert.ok(!((await each.get([1]))[0] instanceof StoredEvent), where);
      }
    }));

  test('refuses events while too many wait for the disk', () =>
    withLog({ maxPending: 150_000 }, async (log) => {
      const appends = ['a', 'b', 'c', 'd'].map((id) => log.append([big(id)]));
      const outcomes = await Promise.allSettled(appends);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected', 'rejected'],
      );
      assert.ok((outcomes[2] as PromiseRejectedResult).reason instanceof LogFullError);
      assert.equal((await log.append([big('c')]))[0]?.seq, 3);
    }));

  for (const code of ['full', 'io', 'readonly'] as const) {
    test(`says that it is full when the disk says ${code}, and goes on when that passes`, () =>
      withLog({}, async (_log, clock, engine) => {
        const sick = failing(engine, code);
        const log = await openSqliteEventLog({ engine: sick.engine, clock, idWindowMs: 1_000 });
        await assert.rejects(log.append([eventNamed('a')]), LogFullError);
        assert.equal(log.head(), 0);
        sick.state.fails = false;
        assert.deepEqual(await log.append([eventNamed('a')]), [
          { kind: 'accepted', id: 'a', seq: 1, duplicate: false },
        ]);
      }));
  }

  test('does not call a dead store full', () =>
    withLog({}, async (_log, clock, engine) => {
      const log = await openSqliteEventLog({ engine: failing(engine, 'crashed').engine, clock, idWindowMs: 1_000 });
      await assert.rejects(log.append([eventNamed('a')]), (error) => error instanceof StorageError);
    }));

  test('ends a page at about 4 MB, from memory and from the store', () =>
    withLog({}, async (log, clock, engine) => {
      await log.append(Array.from({ length: 60 }, (_, index) => big(`big${index}`)));
      const reopened = await openSqliteEventLog({ engine, clock, idWindowMs: 1_000 });
      for (const from of [log, reopened]) {
        const page = await from.read({ after: 0, limit: 1_000 });
        assert.equal(page.events.length, 42);
        assert.equal(page.scannedTo, 42);
        assert.equal((await from.read({ after: 42, limit: 1_000 })).events.length, 18);
      }
      assert.equal(
        (await reopened.get(Array.from({ length: 60 }, (_, index) => 60 - index))).filter(Boolean).length,
        60,
      );
    }));

  test('finds the few events of a domain among very many of others', () =>
    withLog({}, async (log, clock, engine) => {
      const batch = (at: number) =>
        Array.from({ length: 1_000 }, (_, index) =>
          eventNamed(`e${at + index}`, { domain: (at + index) % 44_999 === 0 ? 'rare' : 'common' }),
        );
      for (let at = 1; at <= 45_000; at += 1_000) await log.append(batch(at));
      const reopened = await openSqliteEventLog({ engine, clock, idWindowMs: 1_000 });
      const sweep = async () => {
        const seqs: number[] = [];
        let pages = 0;
        let widest = 0;
        for (let after = 0; after < 45_000; pages++) {
          const { events, scannedTo } = await reopened.read({ after, limit: 10, domains: ['rare', 'other'] });
          seqs.push(...events.map(({ seq }) => seq));
          widest = Math.max(widest, scannedTo - after);
          after = scannedTo;
        }
        return { seqs, pages, widest };
      };
      const first = await sweep();
      assert.deepEqual(first.seqs, [44_999]);
      assert.ok(first.pages <= 5, `${first.pages} pages`);
      assert.ok(first.widest <= 20_000, 'looking at events for the first time comes in bounded pieces');
      assert.deepEqual(await sweep(), { seqs: [44_999], pages: 2, widest: 40_959 }, 'all but the end is known now');
    }));

  test('knows after a read what was trimmed before it, even when the trim has not been answered yet', () =>
    withLog({}, async (log, clock, engine) => {
      await log.append(Array.from({ length: 10 }, (_, index) => eventNamed(`e${index}`)));
      const reopened = await openSqliteEventLog({ engine, clock, idWindowMs: 1_000 });
      // By another hand on the same store, so that this log can not have heard of it.
      await log.trim({ acceptedBefore: clock.now() + 1, limit: 4 });
      assert.equal(reopened.floor(), 0);
      const page = await reopened.read({ after: 0, limit: 100 });
      assert.equal(page.events[0]?.seq, 5);
      assert.equal(reopened.floor(), 4);
    }));
});

test('what the reader thread gave before an erasure ended is read again after it', async () => {
  const held: ((output: unknown) => void)[] = [];
  const facts = { id: 'log-1', head: 1, floor: 0, holes: [], lastAcceptedAt: 0 };
  const engine = {
    write: (kind: string) =>
      Promise.resolve(kind === 'log.open' ? facts : [{ seq: 1, body: '{"type":"x","call":null,"data":{}}' }]),
    read: (kind: string) => {
      if (kind === 'log.findNumber') return Promise.resolve({ seqs: [1], scannedTo: 1 });
      return new Promise((resolve) => held.push(resolve));
    },
  } as unknown as SqliteEngine;
  const log = await openSqliteEventLog({ engine, clock: new ManualClock(), idWindowMs: 1_000 });
  const outputOf = (text: string) => {
    const rows = [
      1,
      0,
      'pbx1',
      'acme',
      'e1',
      JSON.stringify({ type: 'x', extensions: [], call: null, data: { text } }),
    ];
    return { rows, scannedTo: 1, floor: 0, taken: 1 };
  };
  const reads = [log.read({ after: 0, limit: 10 }).then(({ events }) => events), log.get([1]), log.findById('e1')];
  await new Promise((resolve) => setImmediate(resolve));
  const [page, one, byId] = held.splice(0);
  await log.erase({ number: { keys: ['12157010680'] }, scope: { reseller: '*', domain: '*' }, after: 0, upTo: 1 });
  page?.(outputOf('12157010680'));
  one?.(outputOf('12157010680'));
  byId?.(outputOf('12157010680').rows);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(held.length, 3, 'each is read again');
  held[0]?.(outputOf('erased'));
  held[1]?.(outputOf('erased'));
  held[2]?.(outputOf('erased').rows);
  for (const events of await Promise.all(reads)) assert.equal(events[0]?.data['text'], 'erased');
});
