/** What every DeliveryStore driver promises. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type {
  AttemptRow,
  DeliveryFlush,
  DeliveryState,
  LaneDeliveryKey,
  ParkedRow,
} from '../../src/records/delivery-store.ts';
import { attemptOutcomes, UnstorableError } from '../../src/records/delivery-store.ts';
import { eventOf } from '../support/builders.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

export function flushOf(changes: Partial<DeliveryFlush>): DeliveryFlush {
  return {
    attempts: [],
    park: [],
    unpark: [],
    detach: [],
    attach: [],
    counters: [],
    replays: [],
    replayCounts: [],
    checkpoint: null,
    ...changes,
  };
}

export function attemptOf(seq: number, changes: Partial<AttemptRow> = {}): AttemptRow {
  return {
    subscription: 1,
    endpoint: 1,
    seq,
    replay: 0,
    batch: seq,
    attempt: 1,
    outcome: 'delivered',
    status: 200,
    startedAt: 1_700_000_000_000 + seq,
    durationMs: 12,
    detail: null,
    ...changes,
  };
}

export function parkedOf(seq: number, changes: Partial<ParkedRow> = {}): ParkedRow {
  const row = {
    subscription: 1,
    endpoint: 1,
    seq,
    replay: 0,
    batch: seq,
    orderKey: 'acme\u0000call-1',
    attempts: 1,
    dueAt: 5_000,
  };
  return { ...row, ...changes };
}

const empty: DeliveryState = { checkpoint: null, lanes: [], parked: [], settled: [] };
const bySettled = (a: DeliveryState['settled'][number], b: DeliveryState['settled'][number]): number =>
  a.subscription - b.subscription || a.seq - b.seq || a.replay - b.replay;

export function deliveryStoreConformance(name: string, open: OpenRecords, runs: number): void {
  const withStore = withRecords(open);

  describe(`delivery store: ${name}`, () => {
    withStore('starts empty', async ({ records }) => {
      assert.deepEqual(await records().delivery.load(), empty);
      assert.deepEqual(await records().delivery.flush(flushOf({})), { lastAttemptRow: 0 });
      assert.deepEqual(await records().delivery.load(), empty);
    });

    withStore('says what was settled since the checkpoint, whatever ended it', async ({ records, reopen }) => {
      const { delivery } = records();
      const attempts = attemptOutcomes.map((outcome, index) => attemptOf(index + 1, { outcome }));
      const { lastAttemptRow } = await delivery.flush(flushOf({ attempts }));
      assert.equal(lastAttemptRow, attempts.length);
      const all = attempts.filter(({ outcome }) => outcome !== 'failed').map(({ seq }) => seq);
      assert.deepEqual(
        (await delivery.load()).settled.toSorted(bySettled).map(({ seq }) => seq),
        all,
      );
      await delivery.flush(flushOf({ checkpoint: { log: 'log-1', seq: 6, attempts: lastAttemptRow } }));
      assert.deepEqual((await delivery.load()).settled, []);
      await delivery.flush(flushOf({ attempts: [attemptOf(7, { subscription: 3, endpoint: 4 })] }));
      await reopen();
      assert.deepEqual(await records().delivery.load(), {
        ...empty,
        checkpoint: { log: 'log-1', seq: 6, attempts: lastAttemptRow },
        settled: [{ subscription: 3, seq: 7, replay: 0, endpoint: 4 }],
      });
    });

    withStore(
      'what is said of a flush is in its transaction: with it in the outbox, or not at all',
      async ({ records }) => {
        const { delivery, outbox } = records();
        let added = 0;
        outbox.onAdded(() => added++);
        const said = (id: string) => [eventOf({ id, type: 'delivery.cancelled' })];
        await delivery.flush(flushOf({ attempts: [attemptOf(1, { outcome: 'cancelled' })], events: said('e1') }));
        const unstorable = attemptOf(2, { seq: 1.5 });
        await assert.rejects(delivery.flush(flushOf({ attempts: [unstorable], events: said('e2') })), UnstorableError);
        assert.deepEqual(
          (await outbox.next(10)).map(({ event }) => event.id),
          ['e1'],
        );
        assert.equal(added, 1);
      },
    );

    withStore('names a delivery once that was settled twice', async ({ records }) => {
      await records().delivery.flush(
        flushOf({ attempts: [1, 1, 2].map((subscription) => attemptOf(1, { subscription })) }),
      );
      const { settled } = await records().delivery.load();
      assert.deepEqual(
        settled.map(({ subscription, seq }) => [subscription, seq]),
        [
          [1, 1],
          [2, 1],
        ],
      );
    });

    withStore(
      'says of what can never be stored that it is so, and stores nothing of that flush',
      async ({ records }) => {
        const { delivery } = records();
        await delivery.flush(flushOf({ attempts: [attemptOf(1)] }));
        const attempts = [attemptOf(2), attemptOf(3, { startedAt: Number.NaN })];
        await assert.rejects(delivery.flush(flushOf({ attempts })), UnstorableError);
        const { lastAttemptRow } = await delivery.flush(flushOf({ attempts: [attemptOf(4)] }));
        assert.equal(lastAttemptRow, 2);
        assert.deepEqual(
          (await delivery.load()).settled.map(({ seq }) => seq),
          [1, 4],
        );
      },
    );

    withStore('parks, replaces and frees deliveries', async ({ records, reopen }) => {
      const { delivery } = records();
      const rows = [
        parkedOf(5, { endpoint: 2, subscription: 9 }),
        parkedOf(9),
        parkedOf(3, { dueAt: null, attempts: 0, batch: 2 }),
        ...oddTexts.map((orderKey, index) => parkedOf(20 + index, { orderKey })),
      ];
      await delivery.flush(flushOf({ park: rows }));
      await reopen();
      const ordered = rows.toSorted((a, b) => a.endpoint - b.endpoint || a.seq - b.seq);
      assert.deepEqual((await records().delivery.load()).parked, ordered);
      const again = parkedOf(9, { attempts: 2, dueAt: 60_000, endpoint: 2 });
      await records().delivery.flush(
        flushOf({
          park: [again],
          unpark: [
            ...ordered.slice(1, 12),
            { subscription: 1, seq: 3, replay: 0 },
            { subscription: 77, seq: 1, replay: 0 },
          ],
        }),
      );
      assert.deepEqual((await records().delivery.load()).parked, [rows[0], again]);
    });

    withStore('keeps detached lanes until they are attached', async ({ records, reopen }) => {
      const settledAbove = Array.from({ length: 500 }, (_, index) => ({
        subscription: (index % 3) + 1,
        seq: 100 + index,
      }));
      const lanes = [
        { endpoint: 2, cursor: 99, settledAbove },
        { endpoint: 7, cursor: 0, settledAbove: [] },
      ];
      await records().delivery.flush(flushOf({ detach: lanes }));
      await reopen();
      assert.deepEqual((await records().delivery.load()).lanes, lanes);
      const moved = { endpoint: 2, cursor: 140, settledAbove: [{ subscription: 1, seq: 150 }] };
      await records().delivery.flush(flushOf({ detach: [moved], attach: [7, 8] }));
      assert.deepEqual((await records().delivery.load()).lanes, [moved]);
    });

    withStore('never numbers attempts twice, even when all were trimmed', async ({ records, reopen }) => {
      await records().delivery.flush(flushOf({ attempts: [attemptOf(1), attemptOf(2)] }));
      await records().attempts.trimAttempts({ startedBefore: Number.MAX_SAFE_INTEGER, now: 0, limit: 100 });
      assert.deepEqual(await records().delivery.flush(flushOf({})), { lastAttemptRow: 2 });
      await reopen();
      assert.deepEqual(await records().delivery.flush(flushOf({ attempts: [attemptOf(3)] })), { lastAttemptRow: 3 });
    });

    withStore('takes times that are no whole milliseconds', async ({ records }) => {
      const half = { lastSuccessAt: 1.5, lastErrorAt: 2.25, lastError: 'timeout' };
      await records().delivery.flush(
        flushOf({
          attempts: [attemptOf(1, { startedAt: 1.5, durationMs: 0.4 })],
          park: [parkedOf(2, { dueAt: 99.5 })],
          counters: [{ subscription: 1, posts: 1, errors: 1, ...half }],
        }),
      );
      assert.equal((await records().delivery.load()).parked[0]?.dueAt, 100);
    });

    withStore('takes a thousand attempts in a flush, and many flushes at once', async ({ records }) => {
      const flushes = Array.from({ length: 30 }, (_, flush) =>
        Array.from({ length: 1_000 }, (_, index) => attemptOf(flush * 1_000 + index + 1)),
      );
      const rows = await Promise.all(flushes.map((attempts) => records().delivery.flush(flushOf({ attempts }))));
      assert.deepEqual(
        rows.map(({ lastAttemptRow }) => lastAttemptRow),
        flushes.map((_, index) => (index + 1) * 1_000),
      );
      assert.equal((await records().delivery.load()).settled.length, 30_000);
    });

    test(`behaves as the model does (${runs} random histories)`, () => property(open, runs));
  });
}

const small = fc.integer({ min: 1, max: 4 });
const replay = fc.nat(2);
const key = fc.record({ subscription: small, seq: small }, { noNullPrototype: true });
const laneKey = fc.record({ subscription: small, seq: small, replay }, { noNullPrototype: true });
const attempt = fc
  .record({
    subscription: small,
    endpoint: small,
    seq: small,
    replay,
    batch: small,
    outcome: fc.constantFrom(...attemptOutcomes),
  })
  .map(({ seq, ...row }) => attemptOf(seq, row));
const parked = fc
  .record({ subscription: small, endpoint: small, seq: small, replay, dueAt: fc.option(fc.nat(9)) })
  .map(({ seq, ...row }) => parkedOf(seq, row));
const lane = fc.record(
  { endpoint: small, cursor: fc.nat(9), settledAbove: fc.array(key, { maxLength: 3 }) },
  { noNullPrototype: true },
);
const nameOf = ({ subscription, seq, replay: of }: LaneDeliveryKey): string => `${subscription}:${seq}:${of}`;
/** `checkpoint`: how many of the attempts so far it leaves behind. */
const history = fc.array(
  fc.record({
    attempts: fc.array(attempt, { maxLength: 5 }),
    park: fc.uniqueArray(parked, { maxLength: 4, selector: nameOf }),
    unpark: fc.array(laneKey, { maxLength: 4 }),
    detach: fc.uniqueArray(lane, { maxLength: 2, selector: ({ endpoint }) => endpoint }),
    attach: fc.array(small, { maxLength: 2 }),
    checkpoint: fc.option(fc.nat(20)),
  }),
  { maxLength: 8 },
);

async function property(open: OpenRecords, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const under = await open();
      try {
        const all: AttemptRow[] = [];
        const parkedNow = new Map<string, ParkedRow>();
        const lanes = new Map<number, DeliveryFlush['detach'][number]>();
        let checkpoint: DeliveryState['checkpoint'] = null;
        for (const step of steps) {
          // In one flush a lane is attached or detached, and a delivery parked or freed.
          const attach = step.attach.filter((endpoint) => !step.detach.some((lane) => lane.endpoint === endpoint));
          const unpark = step.unpark.filter((key) => !step.park.some((row) => nameOf(row) === nameOf(key)));
          all.push(...step.attempts);
          const mark =
            step.checkpoint === null ? null : { log: 'log', seq: 1, attempts: Math.min(step.checkpoint, all.length) };
          const flushed = await under.records().delivery.flush(flushOf({ ...step, attach, unpark, checkpoint: mark }));
          assert.equal(flushed.lastAttemptRow, all.length);
          checkpoint = mark ?? checkpoint;
          for (const key of unpark) parkedNow.delete(nameOf(key));
          for (const row of step.park) parkedNow.set(nameOf(row), row);
          for (const endpoint of attach) lanes.delete(endpoint);
          for (const lane of step.detach) lanes.set(lane.endpoint, lane);
        }
        await under.reopen();
        const state = await under.records().delivery.load();
        const settled = new Map(
          all
            .slice(checkpoint?.attempts ?? 0)
            .filter(({ outcome }) => outcome !== 'failed')
            .map(({ subscription, seq, replay: of, endpoint }) => {
              const key = { subscription, seq, replay: of };
              return [nameOf(key), { ...key, endpoint }] as const;
            }),
        );
        assert.deepEqual(state.checkpoint, checkpoint);
        assert.deepEqual(state.settled.toSorted(bySettled), [...settled.values()].sort(bySettled));
        assert.deepEqual(
          state.parked,
          [...parkedNow.values()].sort(
            (a, b) =>
              a.endpoint - b.endpoint || a.seq - b.seq || a.subscription - b.subscription || a.replay - b.replay,
          ),
        );
        assert.deepEqual(
          state.lanes,
          [...lanes.values()].sort((a, b) => a.endpoint - b.endpoint),
        );
      } finally {
        await under.close();
      }
    }),
    { numRuns },
  );
}
