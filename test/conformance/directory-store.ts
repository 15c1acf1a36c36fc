/** What every DirectoryStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { auditEntry, offhookItself } from '../../src/model/audit.ts';
import { everything } from '../../src/model/scope.ts';
import type { Domain, Extension, User } from '../../src/model/tenants.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const dated = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
export const domainOf = (id: number, changes: Partial<Domain> = {}): Domain => ({
  id,
  name: `domain ${id}`,
  reseller: 'default',
  displayName: oddTexts.join(' '),
  country: 'AT',
  timezone: null,
  allowNetworks: ['10.0.0.0/8'],
  eventLimit: null,
  ...dated,
  ...changes,
});
export const extensionOf = (id: number, changes: Partial<Extension> = {}): Extension => ({
  id,
  domain: 'acme',
  number: String(100 + id),
  type: 'phone',
  prefix: '0003',
  displayName: '',
  users: ['bob'],
  dids: ['+4312345678'],
  eventLimit: 4,
  ...dated,
  ...changes,
});
const userOf = (id: number, changes: Partial<User> = {}): User => ({
  id,
  domain: 'acme',
  name: `user ${id}`,
  displayName: '',
  ...dated,
  ...changes,
});
const change = {
  action: 'created',
  object: 'domain',
  objectId: '1',
  scope: everything,
  before: null,
  after: null,
} as const;
const audit = [auditEntry(offhookItself, 1, change)];

export function directoryStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`directory store: ${name}`, () => {
    withStore('keeps them whole, in order of their ids', async ({ records, reopen }) => {
      const empty = { domains: [], extensions: [], users: [] };
      assert.deepEqual(await records().directory.load(), empty);
      const domains = oddTexts.map((text, index) => domainOf(index + 1, { name: `d${text}` }));
      const extensions = [extensionOf(1), extensionOf(2, { users: [], prefix: null })];
      const users = [userOf(1), userOf(2, { domain: 'other', name: 'user 1' })];
      await records().directory.apply({ domains: domains.toReversed(), extensions: extensions.toReversed(), users });
      await reopen();
      assert.deepEqual(await records().directory.load(), { domains, extensions, users });
    });

    withStore('changes all of a change or nothing of it, its audit included', async ({ records }) => {
      const { directory } = records();
      await directory.apply({ domains: [domainOf(1)], extensions: [extensionOf(1)], users: [userOf(1)] }, { audit });
      const before = await directory.load();
      const clashes = [
        { domains: [domainOf(2), domainOf(3, { name: domainOf(2).name })] },
        { users: [userOf(2)], extensions: [extensionOf(2, { number: extensionOf(1).number })] },
        { removed: { domains: [1] }, users: [userOf(3, { name: userOf(1).name })] },
      ];
      for (const clash of clashes) await assert.rejects(directory.apply(clash, { audit }));
      assert.deepEqual(await directory.load(), before);
      assert.equal((await records().audit.list({ access: everything, limit: 10 })).entries.length, 1);
    });

    withStore('replaces, and removes with the tokens that go along', async ({ records }) => {
      const { directory, tokens } = records();
      await directory.apply({ domains: [domainOf(1)], extensions: [extensionOf(1)], users: [userOf(1)] });
      const scope = { ...everything, domain: 'acme' };
      const token = { kind: 'domain', name: '', notes: '', hash: '', previous: null, expiresAt: null } as const;
      const made = { createdAt: 1, createdBy: '', rotatedAt: null, scope };
      await tokens.put({ ...token, ...made, id: 'a', number: 1 });
      await tokens.put({ ...token, ...made, id: 'b', number: 2 });
      const renamed = domainOf(1, { displayName: 'Acme' });
      await directory.apply({ domains: [renamed], removed: { extensions: [1], users: [1], tokens: [1] } });
      assert.deepEqual(await directory.load(), { domains: [renamed], extensions: [], users: [] });
      assert.deepEqual(
        (await tokens.load()).map(({ id }) => id),
        ['b'],
      );
      // In one change what goes makes room for what comes.
      const again = domainOf(9, { name: renamed.name });
      await directory.apply({ removed: { domains: [1] }, domains: [again] });
      assert.deepEqual((await directory.load()).domains, [again]);
    });

    withStore('never gives an id out twice', async ({ records, reopen }) => {
      const { directory } = records();
      assert.equal(await directory.nextId('extension'), 1);
      assert.equal(await directory.nextId('user'), 1);
      assert.equal(await directory.nextId('domain'), 1);
      await directory.apply({ extensions: [extensionOf(40)] });
      await directory.apply({ removed: { extensions: [40] } });
      await reopen();
      assert.equal(await records().directory.nextId('extension'), 41);
      assert.equal(await records().directory.nextId('user'), 2);
    });

    withStore('loads thousands', async ({ records }) => {
      const extensions = Array.from({ length: 2_100 }, (_, index) => extensionOf(index + 1));
      await records().directory.apply({ extensions });
      assert.deepEqual((await records().directory.load()).extensions, extensions);
    });
  });
}
