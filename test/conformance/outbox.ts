/** What every Outbox driver promises, and what is written alongside changes. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, auditEvent, offhookItself } from '../../src/model/audit.ts';
import { everything } from '../../src/model/scope.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const entryOf = (objectId: string, at = 1_000) =>
  auditEntry(offhookItself, at, {
    action: 'created',
    object: 'thing',
    objectId,
    scope: { ...everything, domain: 'acme' },
    before: null,
    after: { name: objectId },
  });
const alongside = (...ids: string[]) => {
  const audit = ids.map((id) => entryOf(id));
  return { audit, events: audit.map(auditEvent) };
};

export function outboxConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`outbox: ${name}`, () => {
    withStore('gives what waits in order, until it is settled', async ({ records, reopen }) => {
      assert.deepEqual(await records().outbox.next(10), []);
      const first = alongside('a', 'b', ...oddTexts);
      await records().audit.write(first);
      await records().audit.write(alongside('last'));
      await reopen();
      const waiting = await records().outbox.next(2);
      assert.deepEqual(
        waiting.map(({ event }) => event),
        first.events.slice(0, 2),
      );
      const all = await records().outbox.next(100);
      assert.equal(all.length, oddTexts.length + 3);
      const rows = all.map(({ row }) => row);
      assert.deepEqual(
        rows,
        rows.toSorted((one, two) => one - two),
      );
      await records().outbox.settle(waiting[1]!.row);
      assert.deepEqual(await records().outbox.next(100), all.slice(2));
      await records().outbox.settle(all.at(-1)!.row);
      assert.deepEqual(await records().outbox.next(100), []);
    });

    withStore('never gives a row the number of one that was settled', async ({ records, reopen }) => {
      await records().audit.write(alongside('a'));
      const [settled] = await records().outbox.next(1);
      await records().outbox.settle(settled!.row);
      await reopen();
      await records().audit.write(alongside('b'));
      const [next] = await records().outbox.next(1);
      assert.ok(next!.row > settled!.row);
    });

    withStore('tells when something waits, and only then', async ({ records }) => {
      let told = 0;
      const off = records().outbox.onAdded(() => told++);
      await records().audit.write({ audit: [entryOf('quiet')] });
      assert.equal(told, 0);
      await records().tokens.remove(99, alongside('a'));
      await records().directory.apply({}, alongside('b'));
      await records().subscriptions.remove(99, alongside('c'));
      assert.equal(told, 3);
      off();
      await records().audit.write(alongside('d'));
      assert.equal(told, 3);
      assert.equal((await records().outbox.next(10)).length, 4);
    });
  });
}
