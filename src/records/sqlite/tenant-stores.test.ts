import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainOf, extensionOf } from '../../../test/conformance/directory-store.ts';
import { everything } from '../../model/scope.ts';
import type { Domain, Extension } from '../../model/tenants.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { AuditPage, AuditQuery } from '../audit-store.ts';
import { openMemoryRecords } from './records.ts';
import { sqliteAuditStore, sqliteOutbox } from './tenant-stores.ts';

/** An audit of so many pieces in which nothing matches. */
function emptyPieces(pieces: number) {
  let reads = 0;
  const read = (_kind: string, { before = pieces + 1 }: AuditQuery): Promise<AuditPage> => {
    reads++;
    return Promise.resolve({ entries: [], next: before > 1 ? before - 1 : null });
  };
  const engine = { read } as unknown as SqliteEngine;
  return { store: sqliteAuditStore(engine, sqliteOutbox(engine)), reads: () => reads };
}

test('a search of the audit that finds nothing answers after a bounded number of pieces, and can go on', async () => {
  const { store, reads } = emptyPieces(120);
  const first = await store.list({ access: everything, limit: 10 });
  assert.deepEqual(first, { entries: [], next: 71 });
  assert.equal(reads(), 50);
  const second = await store.list({ access: everything, limit: 10, before: 71 });
  assert.deepEqual(await store.list({ access: everything, limit: 10, before: second.next ?? 0 }), {
    entries: [],
    next: null,
  });
  assert.equal(reads(), 121);
});

test('domains and extensions stored before they had a limit have none', async () => {
  const records = await openMemoryRecords();
  try {
    const { eventLimit: _domains, ...domain } = domainOf(1);
    const { eventLimit: _extensions, ...extension } = extensionOf(1);
    await records.directory.apply({ domains: [domain as Domain], extensions: [extension as Extension] });
    const { domains, extensions } = await records.directory.load();
    assert.deepEqual(domains, [{ ...domain, eventLimit: null }]);
    assert.deepEqual(extensions, [{ ...extension, eventLimit: null }]);
  } finally {
    await records.close();
  }
});
