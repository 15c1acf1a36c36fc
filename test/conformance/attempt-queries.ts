/** What every AttemptQueries driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { StoredAttempt } from '../../src/records/attempt-queries.ts';
import { type AttemptRow, attemptOutcomes } from '../../src/records/delivery-store.ts';
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

/** Deliveries and retries of some events, in the order in which they ended, give or take two seconds. */
function randomAttempts(count: number): AttemptRow[] {
  const random = (index: number, salt: number, below: number): number =>
    (((index * 7 + salt) * 2_654_435_761) >>> 8) % below;
  return Array.from({ length: count }, (_, index) => {
    const isRetry = random(index, 1, 9) === 0;
    const outcome = random(index, 2, 12) === 0 ? attemptOutcomes[random(index, 3, 6)] : 'delivered';
    const durationMs = random(index, 4, 60_000);
    return attemptOf(
      Math.max(1, Math.floor(index / 3) + 1 - (isRetry ? random(index, 5, 1_500) : random(index, 5, 4))),
      {
        subscription: 1 + random(index, 6, 8),
        attempt: isRetry ? 2 : 1,
        replay: random(index, 7, 15) === 0 ? 3 : 0,
        outcome: outcome ?? 'delivered',
        durationMs,
        startedAt: 1_700_000_000_000 + index * 100 + random(index, 8, 2_000) - durationMs,
      },
    );
  });
}

const endOf = ({ startedAt, durationMs }: AttemptRow): number => startedAt + durationMs;

/** Each thing there is to search by, alone and together. */
function searchesOf(rows: readonly AttemptRow[]): Omit<Request, 'limit'>[] {
  const at = (index: number): number => endOf(rows[index] as AttemptRow);
  const times = [{}, { since: at(4_000) }, { until: at(3_500) }, { since: at(1_000), until: at(5_000) }];
  const what: Partial<Request>[] = [
    {},
    { seqs: [700] },
    { seqs: [1, 600, 1_201, 1_202, 1_900, 9_999] },
    ...attemptOutcomes.map((outcome) => ({ outcome })),
    { outcome: 'failed', seqs: [800, 801, 802, 803, 804] },
    { replay: 3 },
    { replay: 0, outcome: 'cancelled' },
  ];
  const whose = [null, [2], [1, 5], [99]];
  return whose.flatMap((subscriptions) =>
    what.flatMap((one) => times.map((time) => ({ subscriptions, ...one, ...time }))),
  );
}

function isWanted(search: Omit<Request, 'limit'>, attempt: AttemptRow): boolean {
  return (
    (search.subscriptions?.includes(attempt.subscription) ?? true) &&
    (search.seqs?.includes(attempt.seq) ?? true) &&
    (search.outcome ?? attempt.outcome) === attempt.outcome &&
    (search.replay ?? attempt.replay) === attempt.replay &&
    endOf(attempt) >= (search.since ?? 0) &&
    endOf(attempt) < (search.until ?? Infinity)
  );
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
        { subscriptions: null, seqs: [250] },
        { subscriptions: [3], seqs: [250], outcome: 'delivered' },
        { subscriptions: [99] },
        { subscriptions: [] },
      ];
      for (const search of searches) {
        const expected = stored.filter(
          ({ subscription, seq, outcome }) =>
            (search.subscriptions?.includes(subscription) ?? true) &&
            (search.seqs?.includes(seq) ?? true) &&
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

    withStore('finds what a plain look at every attempt finds, page by page', async (under) => {
      const rows = randomAttempts(6_000);
      const stored: StoredAttempt[] = [];
      for (let from = 0; from < rows.length; from += 700) {
        const part = rows.slice(from, from + 700);
        await under.records().delivery.flush(flushOf({ attempts: part }));
        stored.unshift(...part.map((attempt, index) => ({ ...attempt, row: from + index + 1 })).toReversed());
      }
      const check = async (left: readonly StoredAttempt[]): Promise<void> => {
        for (const search of searchesOf(rows)) {
          const expected = left.filter((attempt) => isWanted(search, attempt));
          assert.deepEqual(await listAll(under, { ...search, limit: 37 }), expected, JSON.stringify(search));
        }
      };
      await check(stored);
      await under.reopen();
      const startedBefore = rows[2_345]?.startedAt as number;
      const { attempts } = under.records();
      while ((await attempts.trimAttempts({ startedBefore, now: 1e15, limit: 100 })).more);
      const left = await listAll(under, { subscriptions: null, limit: 500 });
      assert.ok(left.length < stored.length && left.length > 3_000);
      await check(stored.slice(0, left.length));
      const more = randomAttempts(300).map((attempt) => ({ ...attempt, startedAt: attempt.startedAt + 1e9 }));
      await under.records().delivery.flush(flushOf({ attempts: more }));
      const last = more.map((attempt, index) => ({ ...attempt, row: rows.length + index + 1 })).toReversed();
      await check([...last, ...stored.slice(0, left.length)]);
    });

    withStore('passes over what others have, however much it is', async (under) => {
      const own = new Map([5, 70_000, 140_500].map((row) => [row, attemptOf(row, { subscription: 9 })]));
      const { delivery } = under.records();
      for (let from = 1; from <= 141_000; from += 20_000) {
        const count = Math.min(20_000, 141_001 - from);
        const attempts = Array.from({ length: count }, (_, index) => own.get(from + index) ?? attemptOf(from + index));
        await delivery.flush(flushOf({ attempts }));
      }
      const found = (search: Omit<Request, 'limit'>) => listAll(under, { ...search, limit: 2 });
      const rowsOf = async (search: Omit<Request, 'limit'>) => (await found(search)).map(({ row }) => row);
      assert.deepEqual(await rowsOf({ subscriptions: [9] }), [140_500, 70_000, 5]);
      assert.deepEqual(await rowsOf({ subscriptions: [9], outcome: 'cancelled' }), []);
      assert.deepEqual(await rowsOf({ subscriptions: [8, 9] }), [140_500, 70_000, 5]);
      assert.deepEqual(
        await rowsOf({ subscriptions: [9], outcome: 'delivered', since: 1_700_000_000_030 }),
        [140_500, 70_000],
      );
      const page = await under.records().attempts.list({ subscriptions: [1, 9], limit: 3, before: 70_002 });
      assert.deepEqual(
        page.attempts.map(({ row }) => row),
        [70_001, 70_000, 69_999],
      );
      assert.deepEqual(await rowsOf({ subscriptions: null, seqs: [70_000, 6] }), [70_000, 6]);
      assert.deepEqual(await rowsOf({ subscriptions: [8] }), []);
      assert.deepEqual(await rowsOf({ subscriptions: null, outcome: 'skipped' }), []);
    });

    withStore('a clock that was ahead once does not hide what came later', async (under) => {
      const at = (index: number): number => 1_700_000_000_000 + index * 1_000;
      const rows = Array.from({ length: 3_000 }, (_, index) => {
        const isAhead = index >= 1_400 && index < 1_600;
        return attemptOf(index + 1, { startedAt: at(index) + (isAhead ? 3_600_000 : 0), durationMs: 0 });
      });
      await fill(under, rows);
      const recent = await listAll(under, { subscriptions: null, since: at(2_900), until: at(2_950), limit: 20 });
      assert.deepEqual(
        recent.map(({ seq }) => seq),
        Array.from({ length: 50 }, (_, index) => 2_950 - index),
      );
    });

    withStore('finds one delivery among all others', async (under) => {
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
      const numbersOf = async (key: { seq: number; subscription: number }) =>
        (await attempts.delivery({ ...key, replay: 0 }))?.attempts.map(({ attempt, row }) => [attempt, row]) ?? null;
      const all = [
        [3, 19_001],
        [2, 5_001],
        [1, 302],
      ];
      assert.deepEqual(await numbersOf(tried), all);
      assert.deepEqual(await numbersOf({ seq: 5, subscription: 1 }), [[1, 5]]);
      assert.deepEqual(await numbersOf({ seq: 5, subscription: 2 }), null);
      assert.deepEqual(await numbersOf({ seq: 99_999, subscription: 1 }), null);
    });

    withStore('finds one delivery that is parked, tried before or not', async (under) => {
      const park = [parkedOf(7, { attempts: 2 }), parkedOf(8, { attempts: 0, dueAt: null })];
      const rows = [1, 2].map((attempt) => attemptOf(7, { attempt, outcome: 'failed' }));
      const [second, first] = await fill(under, rows);
      await under.records().delivery.flush(flushOf({ park }));
      const { attempts } = under.records();
      const key = { subscription: 1, replay: 0 };
      assert.deepEqual(await attempts.delivery({ ...key, seq: 7 }), { parked: park[0], attempts: [second, first] });
      assert.deepEqual(await attempts.delivery({ ...key, seq: 8 }), { parked: park[1], attempts: [] });
    });

    withStore('tells a delivery from the same one in a replay', async (under) => {
      const rows = [attemptOf(7), attemptOf(7, { replay: 2, outcome: 'failed' }), attemptOf(7, { replay: 3 })];
      const [third, second, first] = await fill(under, rows);
      const park = [parkedOf(7, { replay: 2 })];
      await under.records().delivery.flush(flushOf({ park }));
      const { attempts } = under.records();
      const of = (replay: number) => attempts.delivery({ subscription: 1, seq: 7, replay });
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
