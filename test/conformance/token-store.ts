/** What every TokenStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { AccessToken } from '../../src/model/access-token.ts';
import { auditEntry, offhookItself } from '../../src/model/audit.ts';
import { everything } from '../../src/model/scope.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const tokenOf = (number: number, changes: Partial<AccessToken> = {}): AccessToken => ({
  id: `id-${number}`,
  number,
  kind: 'domain',
  scope: { ...everything, domain: 'acme' },
  name: oddTexts.join(' '),
  notes: '',
  hash: 'ab'.repeat(32),
  previous: null,
  expiresAt: null,
  createdAt: 5,
  createdBy: 'administrator',
  rotatedAt: null,
  ...changes,
});
const audit = [
  auditEntry(offhookItself, 1, {
    action: 'created',
    object: 'token',
    objectId: '1',
    scope: everything,
    before: null,
    after: null,
  }),
];

export function tokenStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`token store: ${name}`, () => {
    withStore('keeps them whole, in order of their numbers', async ({ records, reopen }) => {
      assert.deepEqual(await records().tokens.load(), []);
      const previous = { hash: 'cd'.repeat(32), until: 77 };
      const all = [tokenOf(2, { previous, expiresAt: 99, rotatedAt: 50 }), tokenOf(1)];
      for (const token of all) await records().tokens.put(token);
      await reopen();
      assert.deepEqual(
        await records().tokens.load(),
        all.toReversed().map((token) => ({ ...token, lastUsedAt: null })),
      );
    });

    withStore('replaces one and keeps when it was last used, which never goes back', async ({ records }) => {
      const { tokens } = records();
      await tokens.put(tokenOf(1));
      await tokens.touch([
        { number: 1, at: 20 },
        { number: 99, at: 20 },
      ]);
      await tokens.touch([{ number: 1, at: 10 }]);
      await tokens.put(tokenOf(1, { name: 'renamed' }));
      assert.deepEqual(await tokens.load(), [{ ...tokenOf(1, { name: 'renamed' }), lastUsedAt: 20 }]);
    });

    withStore('writes the audit with the change, or neither', async ({ records }) => {
      const { tokens } = records();
      await tokens.put(tokenOf(1), { audit });
      await assert.rejects(tokens.put(tokenOf(2, { id: 'id-1' }), { audit }), 'a public id is there once');
      await tokens.remove(1, { audit });
      assert.deepEqual(await tokens.load(), []);
      assert.equal((await records().audit.list({ access: everything, limit: 10 })).entries.length, 2);
    });

    withStore('never gives a number out twice', async ({ records, reopen }) => {
      const first = await records().tokens.nextNumber();
      await records().tokens.put(tokenOf(40));
      await records().tokens.remove(40);
      await reopen();
      const next = await records().tokens.nextNumber();
      assert.ok(first < 40 && next > 40);
    });

    withStore('loads thousands', async ({ records }) => {
      await Promise.all(Array.from({ length: 2_100 }, (_, index) => records().tokens.put(tokenOf(index + 1))));
      assert.deepEqual(
        (await records().tokens.load()).map(({ number }) => number),
        Array.from({ length: 2_100 }, (_, index) => index + 1),
      );
    });
  });
}
