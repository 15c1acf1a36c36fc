import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Listing, pageOf, readListing } from './listing.ts';
import type { PhoneCallEvent } from './phone-call-event.ts';

const someEvent: fc.Arbitrary<PhoneCallEvent> = fc.record({
  type: fc.constantFrom('0', '1', '2'),
  id: fc.nat().map(String),
  url: fc.constantFrom('https://a/', 'https://b/', 'https://c/'),
  method: fc.constantFrom('0', '1'),
  status: fc.constantFrom('0', '1'),
  note: fc.constantFrom('', 'x'),
  modified: fc.constantFrom('2026-11-21T09:30:04+00:00', '2026-11-22T09:30:04+00:00'),
  links: fc.constant({ self: 'https://host/' }),
});
const whole: Listing = { count: 4_999, startIndex: 0, filter: null, fields: null, descending: false };

test('the pages of a list, one after the other, are the list, whatever their size', () => {
  fc.assert(
    fc.property(fc.array(someEvent), fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, count, descending) => {
      const { entry, total } = pageOf(all, { ...whole, descending });
      const pages: unknown[] = [];
      for (let startIndex = 0; startIndex < total; startIndex += count) {
        pages.push(...pageOf(all, { ...whole, descending, count, startIndex }).entry);
      }
      assert.deepEqual(pages, entry);
      const urls = entry.map(({ url = '' }) => url);
      const inOrder = urls.every((url, at) => at === 0 || (descending ? url <= urls[at - 1]! : url >= urls[at - 1]!));
      assert.ok(inOrder && urls.length === all.length, urls.join());
    }),
  );
});

test('a filter splits a list into what has the value and what has not', () => {
  const by = fc.constantFrom('type' as const, 'method' as const, 'status' as const, 'note' as const, 'url' as const);
  fc.assert(
    fc.property(fc.array(someEvent, { minLength: 1 }), by, (all, name) => {
      const value = all[0]?.[name] ?? '';
      const { entry } = pageOf(all, { ...whole, filter: { by: name, value } });
      assert.ok(entry.every((event) => event[name] === value));
      assert.equal(entry.length, all.filter((event) => event[name] === value).length);
    }),
  );
});

test('whatever the parameters are, they are read or refused by name', () => {
  const names = ['count', 'startIndex', 'filterBy', 'filterValue', 'fields', 'sortOrder', 'sortOder', 'other'];
  const value = fc.oneof(fc.string(), fc.constantFrom('1', '20', '5000', 'url', 'id,url', 'ascending', 'descending'));
  const query = fc.dictionary(fc.constantFrom(...names), fc.array(value, { minLength: 1, maxLength: 2 }));
  fc.assert(
    fc.property(query, (given) => {
      const read = readListing(new Map(Object.entries(given)));
      if ('value' in read) {
        assert.ok(read.value.count >= 1 && read.value.count <= 4_999);
      } else {
        assert.ok(names.includes(read.refusal.field ?? ''));
        assert.ok(read.refusal.message.startsWith(`${read.refusal.field}: `));
      }
    }),
    { numRuns: 500 },
  );
});
