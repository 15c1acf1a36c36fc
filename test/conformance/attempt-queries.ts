/** What every AttemptQueries driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { StoredAttempt } from '../../src/records/attempt-queries.ts';
import type { AttemptRow } from '../../src/records/delivery-store.ts';
import { attemptOf, flushOf, parkedOf } from './delivery-store.ts';
import { type OpenRecords, oddTexts, type RecordsUnderTest, withRecords } from './records-support.ts';

type Request = Parameters<ReturnType<RecordsUnderTest['records']>['attempts']['list']>[0];

/** Every page of a search. */
async function listAll(under: RecordsUnderTest, request: Request): Promise<StoredAttempt[]> {
  const found: StoredAttempt[] = [];
  for (let before: number | null | undefined = request.before; before !== null; ) {
    const page = await under.records().attempts.list({ ...request, ...(before === undefined ? {} : { before }) });
    assert.ok(page.attempts.length <= request.limit);
    found.push(...page.attempts);
    before = page.next;
  }
  return found;
}

async function fill(under: RecordsUnderTest, attempts: readonly AttemptRow[]): Promise<StoredAttempt[]> {
  await under.records().delivery.flush(flushOf({ attempts }));
  return attempts.map((attempt, index) => ({ ...attempt, row: index + 1 })).toReversed();
}

export function attemptQueriesConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`attempt queries: ${name}`, () => {
    withStore('gives nothing where there is nothing', async ({ records }) => {
      assert.deepEqual(await records().attempts.list({ subscriptions: null, limit: 10 }), { attempts: [], next: null });
      assert.deepEqual(await records().attempts.list({ subscriptions: [], limit: 10 }), { attempts: [], next: null });
      assert.deepEqual(await records().attempts.parked({ subscriptions: null, limit: 10 }), []);
      assert.deepEqual(await records().attempts.counters([1, 2]), []);
      assert.deepEqual(await records().attempts.trimAttempts({ startedBefore: 1e15, now: 0, limit: 10 }), {
        more: false,
      });
    });

    withStore('gives attempts back whole, newest first', async (under) => {
      const rows = [
        attemptOf(1),
        attemptOf(2, { batch: 1, attempt: 0, outcome: 'skipped', status: 0, durationMs: 0 }),
        ...oddTexts
          .filter((text) => text.isWellFormed())
          .map((detail, index) => attemptOf(3 + index, { outcome: 'failed', status: 503, detail })),
        attemptOf(99, { outcome: 'cancelled', detail: 'x'.repeat(2_048), startedAt: 1, durationMs: 86_400_000 }),
      ];
      const stored = await fill(under, rows);
      assert.deepEqual(await listAll(under, { subscriptions: null, limit: 100 }), stored);
      await under.reopen();
      assert.deepEqual(await listAll(under, { subscriptions: null, limit: 3 }), stored);
    });

    withStore('finds by subscription, sequence and outcome, in pages', async (under) => {
      const rows = Array.from({ length: 2_000 }, (_, index) =>
        attemptOf(Math.floor(index / 4) + 1, {
          subscription: (index % 4) + 1,
          outcome: index % 7 === 0 ? 'failed' : 'delivered',
        }),
      );
      const stored = await fill(under, rows);
      const searches: Omit<Request, 'limit'>[] = [
        { subscriptions: [2] },
        { subscriptions: [1, 4], outcome: 'failed' },
        { subscriptions: null, seq: 250 },
        { subscriptions: [3], seq: 250, outcome: 'delivered' },
        { subscriptions: [99] },
        { subscriptions: [] },
      ];
      for (const search of searches) {
        const expected = stored.filter(
          ({ subscription, seq, outcome }) =>
            (search.subscriptions?.includes(subscription) ?? true) &&
            (search.seq ?? seq) === seq &&
            (search.outcome ?? outcome) === outcome,
        );
        assert.deepEqual(await listAll(under, { ...search, limit: 70 }), expected);
      }
    });

    withStore('lists what is parked, by endpoint and sequence', async ({ records }) => {
      const park = [parkedOf(9), parkedOf(3, { subscription: 2 }), parkedOf(1, { subscription: 3, endpoint: 2 })];
      await records().delivery.flush(flushOf({ park }));
      const { attempts } = records();
      assert.deepEqual(await attempts.parked({ subscriptions: null, limit: 10 }), [park[1], park[0], park[2]]);
      assert.deepEqual(await attempts.parked({ subscriptions: [1, 3], limit: 10 }), [park[0], park[2]]);
      assert.deepEqual(await attempts.parked({ subscriptions: null, limit: 1 }), [park[1]]);
      assert.deepEqual(await attempts.parked({ subscriptions: [], limit: 10 }), []);
    });

    withStore('adds counters up, and keeps what was last', async ({ records }) => {
      const delta = { subscription: 4, lastSuccessAt: null, lastErrorAt: null, lastError: null };
      await records().delivery.flush(
        flushOf({
          counters: [{ ...delta, posts: 3, errors: 1, lastSuccessAt: 20, lastErrorAt: 10, lastError: 'timeout' }],
        }),
      );
      await records().delivery.flush(flushOf({ counters: [{ ...delta, posts: 2, errors: 0, lastSuccessAt: 30 }] }));
      const four = {
        subscription: 4,
        posts: 5,
        errors: 1,
        since: 10,
        lastSuccessAt: 30,
        lastErrorAt: 10,
        lastError: 'timeout',
      };
      assert.deepEqual(await records().attempts.counters([4, 5]), [four]);
      await records().delivery.flush(
        flushOf({ counters: [{ ...delta, posts: 1, errors: 1, lastErrorAt: 40, lastError: '503' }] }),
      );
      const [later] = await records().attempts.counters([4]);
      assert.deepEqual(later, { ...four, posts: 6, errors: 2, lastErrorAt: 40, lastError: '503' });
    });

    withStore('drops old attempts piece by piece, and leaves the others', async (under) => {
      const { attempts } = under.records();
      const rows = Array.from({ length: 500 }, (_, index) => attemptOf(index + 1, { startedAt: 1_000 + index }));
      // Attempts are written when they end, so a long one stands behind younger ones.
      rows.splice(490, 0, attemptOf(1_000, { startedAt: 1_010 }));
      const stored = await fill(under, rows);
      let calls = 1;
      while ((await attempts.trimAttempts({ startedBefore: 1_400, now: 5_000, limit: 150 })).more) calls++;
      assert.equal(calls, 3);
      const left = await listAll(under, { subscriptions: null, limit: 100 });
      assert.deepEqual(
        left.filter(({ seq }) => seq !== 1_000),
        stored.filter(({ seq, startedAt }) => seq !== 1_000 && startedAt >= 1_400),
      );
      while ((await attempts.trimAttempts({ startedBefore: 1e15, now: 5_000, limit: 150 })).more);
      assert.deepEqual(await listAll(under, { subscriptions: null, limit: 100 }), []);
    });

    withStore('attempts of a time that is yet to come hold up nobody', async (under) => {
      const { attempts } = under.records();
      const ahead = Array.from({ length: 2_500 }, (_, index) => attemptOf(index + 1, { startedAt: 1e14 }));
      const right = [1_000, 2_000].map((startedAt, index) => attemptOf(3_000 + index, { startedAt }));
      await fill(under, [...ahead, ...right]);
      const trim = async (startedBefore: number) => {
        while ((await attempts.trimAttempts({ startedBefore, now: 5_000, limit: 2_000 })).more);
        return (await listAll(under, { subscriptions: null, limit: 1_000 })).length;
      };
      assert.equal(await trim(1_000), 2_502);
      assert.equal(await trim(1_500), 1);
    });

    withStore('finds one delivery by when its event was accepted', async (under) => {
      const at = (index: number): number => 1_700_000_000_000 + index * 1_000;
      const rows = Array.from({ length: 20_000 }, (_, index) =>
        attemptOf(index + 1, { subscription: 1 + (index % 2), startedAt: at(index) }),
      );
      const tried = { seq: 300, subscription: 7 };
      for (const [place, attempt] of [301, 5_000, 19_000].entries()) {
        const outcome = place === 2 ? 'delivered' : 'failed';
        const { startedAt } = rows[attempt] as AttemptRow;
        rows[attempt] = attemptOf(300, { subscription: 7, attempt: place + 1, outcome, startedAt });
      }
      await fill(under, rows);
      const { attempts } = under.records();
      const numbersOf = async (key: { seq: number; subscription: number }, notBefore: number | null) =>
        (await attempts.delivery({ ...key, replay: 0, notBefore }))?.attempts.map(({ attempt, row }) => [
          attempt,
          row,
        ]) ?? null;
      const all = [
        [3, 19_001],
        [2, 5_001],
        [1, 302],
      ];
      assert.deepEqual(await numbersOf(tried, at(300)), all);
      assert.deepEqual(await numbersOf(tried, null), all);
      assert.deepEqual(await numbersOf({ seq: 5, subscription: 1 }, at(4)), [[1, 5]]);
      assert.deepEqual(await numbersOf({ seq: 5, subscription: 2 }, at(4)), null);
      assert.deepEqual(await numbersOf({ seq: 5, subscription: 1 }, at(500_000)), [[1, 5]], 'its clock was ahead');
      assert.deepEqual(await numbersOf({ seq: 99_999, subscription: 1 }, at(99_999)), null);
    });

    withStore('finds one delivery that is parked, tried before or not', async (under) => {
      const park = [parkedOf(7, { attempts: 2 }), parkedOf(8, { attempts: 0, dueAt: null })];
      const rows = [1, 2].map((attempt) => attemptOf(7, { attempt, outcome: 'failed' }));
      const [second, first] = await fill(under, rows);
      await under.records().delivery.flush(flushOf({ park }));
      const { attempts } = under.records();
      const notBefore = 1_700_000_000_000;
      const key = { subscription: 1, replay: 0, notBefore };
      assert.deepEqual(await attempts.delivery({ ...key, seq: 7 }), { parked: park[0], attempts: [second, first] });
      assert.deepEqual(await attempts.delivery({ ...key, seq: 8 }), { parked: park[1], attempts: [] });
    });

    withStore('tells a delivery from the same one in a replay', async (under) => {
      const rows = [attemptOf(7), attemptOf(7, { replay: 2, outcome: 'failed' }), attemptOf(7, { replay: 3 })];
      const [third, second, first] = await fill(under, rows);
      const park = [parkedOf(7, { replay: 2 })];
      await under.records().delivery.flush(flushOf({ park }));
      const { attempts } = under.records();
      const of = (replay: number) => attempts.delivery({ subscription: 1, seq: 7, replay, notBefore: null });
      assert.deepEqual(await of(0), { parked: null, attempts: [first] });
      assert.deepEqual(await of(2), { parked: park[0], attempts: [second] });
      assert.deepEqual(await of(3), { parked: null, attempts: [third] });
      assert.equal(await of(4), null);
      const list = async (replay: number) => (await attempts.list({ subscriptions: null, replay, limit: 9 })).attempts;
      assert.deepEqual(await list(3), [third]);
      assert.deepEqual(await list(0), [first]);
    });
  });
}
