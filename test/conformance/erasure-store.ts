/** What every ErasureStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, auditEvent, offhookItself } from '../../src/model/audit.ts';
import { answeredCall, answeredLeg } from '../../src/model/event-types/examples.ts';
import { erasedNumber } from '../../src/model/erasure/erased-number.ts';
import { everything } from '../../src/model/scope.ts';
import {
  type ErasedRecords,
  type FindRecords,
  noErasures,
  type StoredErasure,
} from '../../src/records/erasure-store.ts';
import type { Records } from '../../src/records/records.ts';
import { attemptOf, flushOf } from './delivery-store.ts';
import { type OpenRecords, withRecords } from './records-support.ts';

const number = erasedNumber(['+12157010680']);
const everywhere = { reseller: '*', domain: '*' };
const all = { subscriptions: null, callers: null };

const erasureOf = (given: number, changes: Partial<StoredErasure> = {}): StoredErasure => ({
  order: {
    number: given,
    scope: { reseller: 'default', domain: 'acme' },
    log: 'log-1',
    upTo: 99,
    createdAt: 1_700_000_000_000,
    author: { id: 'administrator', name: 'administrator' },
  },
  progress: { stage: 'log', cursor: 0, tailTo: 0, counts: noErasures, liveCalls: 0, remains: 0, endedAt: null },
  spellings: ['+12157010680', '215 701 0680'],
  ...changes,
});

const entryAbout = (domain: string, text: string) =>
  auditEntry(offhookItself, 1, {
    ...{ action: 'updated', object: 'extension', objectId: '1', before: { dids: ['+12157010680'] }, after: { text } },
    scope: { reseller: 'default', domain, user: '*', extension: '*' },
  });

async function findAll(records: Records, of: ErasedRecords, changes: Partial<FindRecords> = {}): Promise<number[]> {
  const rows: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const request = { of, number, scope: everywhere, owners: all, after, ...changes };
    const page = await records.erasures.find({ ...request, after });
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

async function eraseAll(records: Records, of: ErasedRecords, changes: Partial<FindRecords> = {}): Promise<number> {
  return records.erasures.erase(of, await findAll(records, of, changes), number);
}

const recordOf = (id: string, domain = 'acme') => ({
  ...{ reseller: 'default', domain, connector: 'pbx1', extensions: ['101'], users: [], ringMs: null, final: true },
  call: { ...answeredCall, id },
  legs: [answeredLeg],
  ...{ firstSeq: 1, seq: 2, seqs: [1, 2] },
});

export function erasureStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`erasure store: ${name}`, () => {
    withStore(
      'keeps orders whole, in order of their numbers, and gives out each number once',
      async ({ records, reopen }) => {
        const first = await records().erasures.nextNumber();
        await records().erasures.put(erasureOf(first + 1));
        await records().erasures.put(erasureOf(first), { audit: [entryAbout('acme', 'x')] });
        await reopen();
        assert.deepEqual(await records().erasures.load(), [erasureOf(first), erasureOf(first + 1)]);
        assert.equal((await records().audit.list({ access: everything, limit: 9 })).entries.length, 1);
        await records().erasures.remove([first, first + 1]);
        assert.deepEqual(await records().erasures.load(), []);
        assert.ok((await records().erasures.nextNumber()) > first + 1);
      },
    );

    withStore('forgets the number once it has come to the disk', async ({ records, reopen }) => {
      await records().erasures.put(erasureOf(1));
      const at = (changes: Partial<StoredErasure['progress']>) => ({ ...erasureOf(1).progress, ...changes });
      await records().erasures.mark(1, at({ stage: 'calls', cursor: 7 }));
      await reopen();
      assert.deepEqual(await records().erasures.load(), [
        erasureOf(1, { progress: at({ stage: 'calls', cursor: 7 }) }),
      ]);
      await records().erasures.mark(1, at({ stage: 'disk' }));
      await reopen();
      assert.deepEqual(await records().erasures.load(), [
        erasureOf(1, { progress: at({ stage: 'disk' }), spellings: null }),
      ]);
    });

    withStore('erases from what Offhook has still to say', async ({ records }) => {
      const entries = [entryAbout('acme', 'call 12157010680'), entryAbout('other', '+12157010680')];
      await records().audit.write({ events: entries.map(auditEvent) });
      assert.equal(await eraseAll(records(), 'outbox', { scope: { reseller: 'default', domain: 'acme' } }), 1);
      const [own, other] = await records().outbox.next(10);
      assert.deepEqual(
        [own?.event.data['before'], own?.event.data['after']],
        [{ dids: ['erased'] }, { text: 'call erased' }],
      );
      assert.deepEqual(other?.event, auditEvent(entries[1] as (typeof entries)[0]));
    });

    withStore('erases from the audit, but for who did it and when', async ({ records }) => {
      const entry = entryAbout('acme', 'call 12157010680');
      await records().audit.write({ audit: [entry, entryAbout('other', '12157010680')] });
      assert.equal(await eraseAll(records(), 'audit', { scope: { reseller: '*', domain: 'acme' } }), 1);
      const { entries } = await records().audit.list({ access: everything, limit: 10, domain: 'acme' });
      assert.deepEqual(entries, [
        { ...entry, number: 1, before: { dids: ['erased'] }, after: { text: 'call erased' } },
      ]);
      assert.equal(await eraseAll(records(), 'audit'), 1);
      assert.deepEqual(await findAll(records(), 'audit'), []);
    });

    withStore('erases from what receivers answered: of some subscriptions, or of all', async ({ records }) => {
      const detail = 'http_400: {"no":"+1 215 701 0680"}';
      const attempts = [1, 2].map((subscription) => ({ ...attemptOf(5, { detail, outcome: 'failed' }), subscription }));
      const counters = [1, 2].map((subscription) => ({
        ...{ subscription, posts: 1, errors: 1, lastSuccessAt: null, lastErrorAt: 5, lastError: detail },
      }));
      const others = Array.from({ length: 5_000 }, (_none, at) => attemptOf(at + 10));
      await records().delivery.flush(flushOf({ attempts: [...others, ...attempts], counters }));
      const one = { scope: { reseller: 'default', domain: 'acme' }, owners: { subscriptions: [2], callers: [] } };
      assert.equal(await eraseAll(records(), 'attempts', one), 1);
      assert.equal(await eraseAll(records(), 'counters', one), 1);
      const listed = await records().attempts.list({ subscriptions: null, seqs: [5], limit: 10 });
      const erased = 'http_400: erased';
      assert.deepEqual(
        listed.attempts.map((row) => [row.subscription, row.detail]),
        [
          [2, erased],
          [1, detail],
        ],
      );
      assert.deepEqual(
        (await records().attempts.counters([1, 2])).map(({ lastError }) => lastError),
        [detail, erased],
      );
      assert.equal((await eraseAll(records(), 'attempts')) + (await eraseAll(records(), 'counters')), 2);
    });

    withStore('erases from answers that are kept, and leaves their ids', async ({ records }) => {
      const body = JSON.stringify({ id: 'e-12157010680', number: 12_157_010_680, event: { text: '+12157010680' } });
      const answer = { request: 'hash', status: 200, body, at: 1 };
      for (const caller of ['token:a', 'token:b']) await records().idempotency.remember(caller, 'key', answer);
      const own = { scope: { reseller: '*', domain: 'acme' }, owners: { subscriptions: [], callers: ['token:b'] } };
      assert.equal(await eraseAll(records(), 'answers', own), 1);
      assert.equal((await records().idempotency.recall('token:a', 'key'))?.body, body);
      assert.deepEqual(JSON.parse((await records().idempotency.recall('token:b', 'key'))?.body ?? ''), {
        ...{ id: 'e-12157010680', number: 12_157_010_680, event: { text: 'erased' } },
      });
    });

    withStore('erases from calls, which are found by that number no more, but by all else', async ({ records }) => {
      const { calls } = records();
      await calls.write([recordOf('c1'), recordOf('c2', 'other')], { log: 'log-1', seq: 2 });
      const byNumber = async (...numbers: string[]): Promise<string[]> =>
        (await calls.search({ access: everything, numbers, limit: 10 })).calls.map(({ call }) => call.id);
      assert.deepEqual((await byNumber('12157010680')).toSorted(), ['c1', 'c2']);
      assert.equal(await eraseAll(records(), 'calls', { scope: { reseller: 'default', domain: 'acme' } }), 1);
      assert.deepEqual(await byNumber('12157010680'), ['c2']);
      assert.deepEqual((await byNumber('13125550100')).toSorted(), ['c1', 'c2']);
      assert.deepEqual(await byNumber('erased'), []);
      const found = await calls.find(everything, 'c1');
      assert.deepEqual(found?.call.from, { number: null, raw: 'erased', name: null, kind: 'external' });
      assert.deepEqual({ ...found, call: null }, { ...recordOf('c1'), call: null });
      // Written anew by the journal, its entries are those of what it says then.
      await calls.write([recordOf('c1')], { log: 'log-1', seq: 3 });
      assert.deepEqual((await byNumber('12157010680')).toSorted(), ['c1', 'c2']);
      assert.equal(await eraseAll(records(), 'calls'), 2);
      assert.deepEqual(await byNumber('12157010680'), []);
    });

    withStore('overwrites what was freed, and says when there is no more', async ({ records }) => {
      const entry = entryAbout('acme', 'y'.repeat(1_900));
      for (let round = 0; round < 30; round++)
        await records().audit.write({ audit: Array.from({ length: 20 }, () => entry) });
      while ((await records().audit.trim({ before: 100, now: 100, limit: 100 })).more);
      let steps = 1;
      while ((await records().erasures.scrub()).more) steps++;
      assert.ok(steps > 3 && steps < 200, `${steps} steps`);
      // Not while the writer takes back what it has just written.
      let isEmpty = false;
      for (let tries = 0; tries < 1_000 && !isEmpty; tries++) isEmpty = await records().erasures.emptyWal();
      assert.ok(isEmpty, 'the write-ahead log is never empty');
      assert.deepEqual((await records().erasures.findRemains(number, 0)).pages, []);
    });
  });
}
