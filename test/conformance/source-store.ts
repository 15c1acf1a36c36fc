/** What every SourceStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, offhookItself } from '../../src/model/audit.ts';
import type { ReportSource } from '../../src/model/report-source.ts';
import { everything } from '../../src/model/scope.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const sourceOf = (number: number, changes: Partial<ReportSource> = {}): ReportSource => ({
  id: `id-${number}`,
  number,
  dialect: 'ringme',
  reseller: 'default',
  domain: 'acme',
  extension: '101',
  event: null,
  connector: 'in:ringme',
  name: oddTexts.join(' '),
  allowFrom: ['192.0.2.0/24'],
  hash: 'ab'.repeat(32),
  createdAt: 5,
  createdBy: 'administrator',
  ...changes,
});
const audit = [
  auditEntry(offhookItself, 1, {
    action: 'created',
    object: 'source',
    objectId: '1',
    scope: everything,
    before: null,
    after: null,
  }),
];

export function sourceStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`source store: ${name}`, () => {
    withStore('keeps them whole, in order of their numbers', async ({ records, reopen }) => {
      assert.deepEqual(await records().sources.load(), []);
      const all = [sourceOf(2, { extension: null, event: 'hangup' }), sourceOf(1)];
      for (const source of all) await records().sources.put(source);
      await reopen();
      assert.deepEqual(await records().sources.load(), all.toReversed());
    });

    withStore('replaces one, and removes several at once', async ({ records }) => {
      const { sources } = records();
      for (const number of [1, 2, 3]) await sources.put(sourceOf(number));
      await sources.put(sourceOf(2, { hash: 'cd'.repeat(32) }));
      await sources.remove([1, 3, 99]);
      assert.deepEqual(await sources.load(), [sourceOf(2, { hash: 'cd'.repeat(32) })]);
    });

    withStore('never gives a number twice, not after its source was removed either', async ({ records, reopen }) => {
      const first = await records().sources.nextNumber();
      await records().sources.put(sourceOf(first));
      await records().sources.remove([first]);
      await reopen();
      assert.ok((await records().sources.nextNumber()) > first);
      await records().sources.put(sourceOf(70));
      assert.ok((await records().sources.nextNumber()) > 70);
    });

    withStore('writes the audit with the change', async ({ records }) => {
      await records().sources.put(sourceOf(1), { audit });
      await records().sources.remove([1], { audit });
      const { entries } = await records().audit.list({ access: everything, limit: 10 });
      assert.equal(entries.length, 2);
    });

    withStore('loads more than a page of them', async ({ records }) => {
      const numbers = Array.from({ length: 1_001 }, (_, index) => index + 1);
      await Promise.all(numbers.map((number) => records().sources.put(sourceOf(number, { name: '' }))));
      assert.equal((await records().sources.load()).length, 1_001);
    });
  });
}
