/** What every ReplayStore driver promises, and every DeliveryStore about the progress of replays. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, offhookItself } from '../../src/model/audit.ts';
import { everything } from '../../src/model/scope.ts';
import type { ReplayMark } from '../../src/records/delivery-store.ts';
import type { ReplayOrder } from '../../src/records/replay-store.ts';
import { attemptOf, flushOf } from './delivery-store.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const orderOf = (number: number, changes: Partial<ReplayOrder> = {}): ReplayOrder => ({
  number,
  endpoint: 3,
  of: 'endpoint',
  subscriptions: [1, 2],
  scope: { reseller: 'default', domain: 'acme', user: '*', extension: '*' },
  log: 'log-1',
  from: 10,
  to: 99,
  since: 1_700_000_000_000,
  until: null,
  events: ['call.ended'],
  filter: null,
  ratePerSecond: 12.5,
  createdAt: 1_700_000_100_000,
  author: { id: 'administrator', name: 'administrator' },
  ...changes,
});

const markOf = (replay: number, changes: Partial<ReplayMark> = {}): ReplayMark => ({
  replay,
  state: 'queued',
  reason: null,
  cursor: 9,
  settledAbove: [],
  missed: [],
  startedAt: null,
  endedAt: null,
  ...changes,
});

const none = { delivered: 0, failed: 0, cancelled: 0, expired: 0, not_encoded: 0, skipped: 0 };
const audit = [
  auditEntry(offhookItself, 1, {
    ...{ action: 'created', object: 'replay', objectId: '1', scope: everything, before: null, after: null },
  }),
];

export function replayStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`replay store: ${name}`, () => {
    withStore('keeps them whole, in order of their numbers', async ({ records, reopen }) => {
      assert.deepEqual(await records().replays.load(), []);
      const odd = { filter: oddTexts.join(' '), author: { id: 'x', name: oddTexts.join(' ') } };
      const missed = [
        { from: null, to: 4 },
        { from: 7, to: 9 },
      ];
      await records().replays.put(orderOf(2, odd), markOf(2, { missed }));
      await records().replays.put(orderOf(1, { of: 'subscription', subscriptions: [5], events: null }), markOf(1));
      await reopen();
      assert.deepEqual(await records().replays.load(), [
        { order: orderOf(1, { of: 'subscription', subscriptions: [5], events: null }), mark: markOf(1), counts: none },
        { order: orderOf(2, odd), mark: markOf(2, { missed }), counts: none },
      ]);
    });

    withStore('gives out a number once, even after all were removed', async ({ records, reopen }) => {
      const first = await records().replays.nextNumber();
      await records().replays.put(orderOf(first), markOf(first));
      await records().replays.put(orderOf(first + 7), markOf(first + 7));
      await records().replays.remove([first, first + 7, 99]);
      assert.deepEqual(await records().replays.load(), []);
      await reopen();
      assert.ok((await records().replays.nextNumber()) > first + 7);
    });

    withStore('writes their progress and counts with the flush they belong to', async ({ records, reopen }) => {
      await records().replays.put(orderOf(1), markOf(1));
      await records().replays.put(orderOf(2), markOf(2));
      const settledAbove = [
        { subscription: 1, seq: 15 },
        { subscription: 2, seq: 17 },
      ];
      const running = markOf(1, {
        state: 'running',
        cursor: 12,
        settledAbove,
        startedAt: 50,
        missed: [{ from: 1, to: 2 }],
      });
      const counted = { replay: 1, attempts: [3, 2, 1, 0, 0, 4] };
      const attempts = [attemptOf(15, { replay: 1 })];
      const { delivery } = records();
      await delivery.flush(flushOf({ attempts, replays: [running], replayCounts: [counted] }));
      await delivery.flush(
        flushOf({ replays: [{ ...running, cursor: 40, settledAbove: [] }], replayCounts: [counted] }),
      );
      const unknown = flushOf({ replays: [markOf(77)], replayCounts: [{ ...counted, replay: 77 }] });
      await delivery.flush(unknown);
      await reopen();
      const counts = { delivered: 6, failed: 4, cancelled: 2, expired: 0, not_encoded: 0, skipped: 8 };
      assert.deepEqual(await records().replays.load(), [
        { order: orderOf(1), mark: { ...running, cursor: 40, settledAbove: [] }, counts },
        { order: orderOf(2), mark: markOf(2), counts: none },
      ]);
      const { settled } = await records().delivery.load();
      assert.deepEqual(settled, [{ subscription: 1, seq: 15, replay: 1, endpoint: 1 }]);
    });

    withStore('keeps one cancelled that was cancelled, unless it has ended', async ({ records }) => {
      const { replays, delivery } = records();
      for (const number of [1, 2]) await replays.put(orderOf(number), markOf(number));
      const ended = markOf(2, { state: 'done', cursor: 99, endedAt: 70 });
      await delivery.flush(flushOf({ replays: [markOf(1, { state: 'running' }), ended] }));
      for (const number of [1, 2]) await replays.cancel(number, 'replay_cancelled');
      // Put together before, written after.
      await delivery.flush(flushOf({ replays: [markOf(1, { state: 'running', cursor: 20 })] }));
      const cancelling = markOf(1, { state: 'cancelling', reason: 'replay_cancelled', cursor: 20 });
      assert.deepEqual(
        (await replays.load()).map(({ mark }) => mark),
        [cancelling, ended],
      );
      const last = { ...cancelling, state: 'cancelled' as const, endedAt: 90 };
      await delivery.flush(flushOf({ replays: [last] }));
      assert.deepEqual((await replays.load())[0]?.mark, last);
    });

    withStore('writes the audit with the change', async ({ records }) => {
      const { replays } = records();
      await replays.put(orderOf(1), markOf(1), { audit });
      await replays.cancel(1, 'replay_cancelled', { audit });
      const { entries } = await records().audit.list({ access: everything, object: 'replay', limit: 10 });
      assert.equal(entries.length, 2);
    });
  });
}
