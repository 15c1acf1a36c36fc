/** What every AuditStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, type AuditedChange, type Author, offhookItself } from '../../src/model/audit.ts';
import { everything } from '../../src/model/scope.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const ada: Author = { id: 'a1', name: 'Ada', kind: 'domain', via: 'api', address: '192.0.2.1', requestId: 'r1' };

function entryOf(changes: Partial<AuditedChange> = {}, at = 1_000, author = ada) {
  const usual = { action: 'created', object: 'token', objectId: '1', before: null, after: { name: 'x' } } as const;
  return auditEntry(author, at, { ...usual, scope: { ...everything, reseller: 'r', domain: 'acme' }, ...changes });
}

export function auditStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`audit store: ${name}`, () => {
    withStore('keeps entries whole, newest first', async ({ records, reopen }) => {
      const entries = oddTexts.map((text) => entryOf({ objectId: text, before: { text }, after: { [text]: [text] } }));
      await records().audit.write({ audit: entries.slice(0, 3) });
      await records().audit.write({ audit: entries.slice(3) });
      await reopen();
      const page = await records().audit.list({ access: everything, limit: 100 });
      assert.equal(page.next, null);
      assert.deepEqual(
        page.entries.map(({ number: _number, ...entry }) => entry),
        entries.toReversed(),
      );
      for (const text of oddTexts) {
        const found = await records().audit.list({ access: everything, objectId: text, limit: 10 });
        assert.deepEqual(
          found.entries.map(({ objectId }) => objectId),
          [text],
        );
      }
    });

    withStore('shows only what lies within an access', async ({ records }) => {
      const scope = (reseller: string, domain: string, user = '*', extension = '*') => ({
        scope: { reseller, domain, user, extension },
      });
      const all = [scope('*', '*'), scope('r', '*'), scope('r', 'acme'), scope('r', 'acme', 'bob')];
      const audit = [...all, scope('r', 'acme', '*', '101'), scope('s', 'other')].map((one) => entryOf(one));
      await records().audit.write({ audit });
      const count = async (access: Partial<typeof everything>) =>
        (await records().audit.list({ access: { ...everything, ...access }, limit: 100 })).entries.length;
      assert.equal(await count({}), 6);
      assert.equal(await count({ reseller: 'r' }), 4);
      assert.equal(await count({ reseller: 'r', domain: 'acme' }), 3);
      assert.equal(await count({ reseller: 'r', domain: 'acme', user: 'bob' }), 1);
      assert.equal(await count({ reseller: 'r', domain: 'acme', extension: '101' }), 1);
      assert.equal(await count({ reseller: 's', domain: 'acme' }), 0);
      assert.equal(await count({ reseller: 'nobody' }), 0);
    });

    withStore('finds by what, who and when', async ({ records }) => {
      await records().audit.write({
        audit: [
          entryOf({ object: 'user', action: 'deleted' }, 1_000),
          entryOf({}, 2_000, offhookItself),
          entryOf({ scope: { ...everything, domain: 'other' } }, 3_000),
        ],
      });
      const at = async (query: object) =>
        (await records().audit.list({ access: everything, limit: 10, ...query })).entries.map((entry) => entry.at);
      assert.deepEqual(await at({ object: 'user' }), [1_000]);
      assert.deepEqual(await at({ action: 'created' }), [3_000, 2_000]);
      assert.deepEqual(await at({ author: 'offhook' }), [2_000]);
      assert.deepEqual(await at({ domain: 'other' }), [3_000]);
      assert.deepEqual(await at({ since: 2_000 }), [3_000, 2_000]);
      assert.deepEqual(await at({ since: 2_000, until: 3_000 }), [2_000]);
    });

    withStore('pages to the end, and drops what is old', async ({ records }) => {
      const audit = Array.from({ length: 25 }, (_, index) => entryOf({ objectId: String(index) }, index));
      await records().audit.write({ audit });
      const seen: string[] = [];
      for (let before: number | undefined; ; ) {
        const page = await records().audit.list({ access: everything, limit: 10, ...(before && { before }) });
        seen.push(...page.entries.map(({ objectId }) => objectId));
        if (page.next === null) break;
        before = page.next;
      }
      assert.deepEqual(seen, audit.map(({ objectId }) => objectId).toReversed());
      assert.deepEqual(await records().audit.trim({ before: 20, now: 100, limit: 15 }), { more: true });
      assert.deepEqual(await records().audit.trim({ before: 20, now: 100, limit: 15 }), { more: false });
      const left = await records().audit.list({ access: everything, limit: 100 });
      assert.deepEqual(
        left.entries.map((entry) => entry.at),
        [24, 23, 22, 21, 20],
      );
    });

    withStore(
      'looks for old ones no further than the first young one; none from the future is in the way',
      async (under) => {
        const { audit } = under.records();
        const left = async () =>
          (await audit.list({ access: everything, limit: 100 })).entries.map((entry) => entry.at).toReversed();
        await audit.write({ audit: [9_000, 10, 9_000, 50, 11].map((at) => entryOf({}, at)) });
        assert.deepEqual(await audit.trim({ before: 20, now: 100, limit: 10 }), { more: false });
        assert.deepEqual(await left(), [9_000, 50, 11]);
        assert.deepEqual(await audit.trim({ before: 60, now: 100, limit: 10 }), { more: false });
        assert.deepEqual(await left(), []);
      },
    );
  });
}
