/** What every CallJournal driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { matchesCall } from '../../src/model/call-filter.ts';
import { type CallRecord, numberKey } from '../../src/model/call-record.ts';
import { everything } from '../../src/model/scope.ts';
import type { CallJournal, CallPosition, CallQuery } from '../../src/records/call-journal.ts';
import { callOf } from '../support/builders.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const start = Date.UTC(2026, 0, 1);
const external = (number: string) => ({ number, raw: number, name: null, kind: 'external' as const });

function recordOf(
  id: string,
  minute: number,
  changes: Partial<CallRecord> & { readonly facts?: Partial<CallRecord['call']> } = {},
): CallRecord {
  const { facts, ...rest } = changes;
  const call = callOf(id, { startedAt: new Date(start + minute * 60_000).toISOString(), ...facts });
  return {
    reseller: 'r1',
    domain: 'acme',
    connector: 'pbx1',
    extensions: ['101'],
    users: [],
    call,
    legs: [],
    ringMs: null,
    final: false,
    firstSeq: minute + 1,
    seq: minute + 1,
    seqs: [minute + 1],
    ...rest,
  };
}

/** Numbers that begin alike, in every length, most of them often; two of a call may differ in their last digits alone. */
function randomCall(index: number): CallRecord {
  const random = (below: number): number => (((index + 1) * 2_654_435_761) >>> 7) % below;
  const number = ['+12025550', '+12025551', '+1202', '+49301', '1003'][random(5)] as string;
  const digits = (below: number): string => String(random(below)).padStart(3, '0');
  const to = random(3) === 0 ? external(`${number}${digits(90)}`) : external(`+12025559${digits(400)}`);
  const outcome = index % 3 === 0 ? ('busy' as const) : ('answered' as const);
  return recordOf(`c${index}`, index, {
    domain: `d${index % 7}`,
    extensions: [index % 2 === 0 ? '101' : '102'],
    facts: { outcome, from: external(number.length < 5 ? number : `${number}${digits(700)}`), to },
  });
}

const place = (seq: number) => ({ log: 'log-1', seq });
const idsOf = (calls: readonly CallRecord[]): string[] => calls.map(({ call }) => call.id);

/** Every page, to the end. */
async function all(journal: CallJournal, query: Partial<CallQuery>): Promise<string[]> {
  const ids: string[] = [];
  let before: CallPosition | null = null;
  for (let page = 0; page < 100; page++) {
    const from: Partial<CallQuery> = before === null ? {} : { before };
    const { calls, next } = await journal.search({ access: everything, limit: 3, ...query, ...from });
    ids.push(...idsOf(calls));
    if (next === null) return ids;
    before = next;
  }
  throw new Error('it does not end');
}

export function callJournalConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`call journal: ${name}`, () => {
    withStore('knows no place before its first record, and then the one written last', async (under) => {
      const { calls } = under.records();
      assert.equal(await calls.place(), null);
      await calls.write([], place(3));
      assert.equal(await calls.place(), null, 'a place without any record is none');
      await calls.write([recordOf('a', 1)], place(7));
      await under.reopen();
      assert.deepEqual(await under.records().calls.place(), place(7));
    });

    withStore('gives back each record as it was written last', async (under) => {
      const first = recordOf('a', 1);
      const other = recordOf('a', 2, { domain: 'other' });
      const odd = oddTexts.map((text, index) => recordOf(`call ${text}`, 10 + index, { domain: `d ${text}` }));
      await under.records().calls.write([first, other, ...odd], place(20));
      const later = recordOf('a', 1, { seq: 21, seqs: [2, 21], final: true, facts: { state: 'ended' } });
      await under.records().calls.write([later], place(21));
      await under.reopen();
      const keys = [later, other, ...odd].map(({ domain, call }) => ({ domain, callId: call.id }));
      const { calls } = under.records();
      assert.deepEqual(await calls.records([...keys, { domain: 'acme', callId: 'none' }]), [
        later,
        other,
        ...odd,
        null,
      ]);
    });

    withStore('finds by each thing, newest first, page by page', async ({ records }) => {
      const { calls } = records();
      const two = { from: external('+43123'), direction: 'outbound' as const, outcome: 'busy' as const };
      await calls.write(
        [
          recordOf('one', 1, { facts: { outcome: 'answered', state: 'ended' } }),
          recordOf('two', 2, { extensions: ['102'], facts: two }),
          recordOf('three', 3, { domain: 'other', users: ['bob'], facts: { did: '+43999' } }),
          recordOf('four', 4, { reseller: 'r2', domain: 'far', facts: { outcome: 'lost' } }),
          recordOf('five', 4, { facts: { outcome: 'busy' } }),
        ],
        place(9),
      );
      assert.deepEqual(await all(calls, {}), ['five', 'four', 'three', 'two', 'one']);
      assert.deepEqual(await all(calls, { limit: 1 }), ['five', 'four', 'three', 'two', 'one']);
      const number = (text: string, prefix = false) => all(calls, { numbers: [numberKey(text)], prefix });
      assert.deepEqual(await number('+43 123'), ['two']);
      assert.deepEqual(await number('202-555-0100'), ['five', 'four', 'three', 'one']);
      assert.deepEqual(await number('43', true), ['three', 'two']);
      assert.deepEqual(await number('439', true), ['three']);
      assert.deepEqual(await number('555'), []);
      assert.deepEqual(await all(calls, { extension: '102' }), ['two']);
      assert.deepEqual(await all(calls, { domain: 'acme', extension: '101' }), ['five', 'one']);
      assert.deepEqual(await all(calls, { outcome: 'busy' }), ['five', 'two']);
      assert.deepEqual(await all(calls, { outcome: 'busy', domain: 'acme', direction: 'outbound' }), ['two']);
      assert.deepEqual(await all(calls, { outcome: 'answered' }), ['one']);
      assert.deepEqual(await all(calls, { ended: true }), ['one']);
      assert.deepEqual(await all(calls, { domain: 'nowhere' }), []);
      const at = (minute: number): number => start + minute * 60_000;
      assert.deepEqual(await all(calls, { since: at(2), until: at(4) }), ['three', 'two']);
    });

    withStore('shows each caller their own, on every level', async ({ records }) => {
      const { calls } = records();
      await calls.write(
        [
          recordOf('bob', 1, { extensions: ['101'], users: ['bob'] }),
          recordOf('carol', 2, { extensions: ['102'], users: ['carol'] }),
          recordOf('owned', 3, { extensions: ['103', '104'] }),
          recordOf('elsewhere', 4, { domain: 'other', extensions: ['101'], users: ['bob'] }),
          recordOf('far', 5, { reseller: 'r2', domain: 'far', extensions: ['101'], users: ['bob'] }),
        ],
        place(9),
      );
      const reseller = { ...everything, reseller: 'r1' };
      const domain = { ...reseller, domain: 'acme' };
      const seen: readonly (readonly [CallQuery['access'], readonly string[]])[] = [
        [reseller, ['elsewhere', 'owned', 'carol', 'bob']],
        [domain, ['owned', 'carol', 'bob']],
        [{ ...domain, user: 'bob' }, ['bob']],
        [{ ...domain, user: 'bob', owned: ['101', '104'] }, ['owned', 'bob']],
        [{ ...domain, extension: '102' }, ['carol']],
        [{ ...domain, domain: 'far' }, []],
      ];
      const same = numberKey('2025550100');
      for (const [access, ids] of seen) {
        assert.deepEqual(await all(calls, { access }), ids);
        assert.deepEqual(await all(calls, { access, numbers: [same] }), ids, 'by number too');
        assert.deepEqual(await all(calls, { access, numbers: ['202'], prefix: true }), ids, 'by its beginning too');
        for (const id of ['bob', 'carol', 'owned', 'elsewhere', 'far']) {
          const found = await calls.find(access, id);
          assert.equal(found?.call.id, ids.includes(id) ? id : undefined);
        }
        assert.deepEqual(await all(calls, { access, extension: '102' }), ids.includes('carol') ? ['carol'] : []);
      }
    });

    withStore('is found by its id within a domain or reseller, however many others have it', async ({ records }) => {
      const { calls } = records();
      const others = Array.from({ length: 150 }, (_, index) =>
        recordOf('same', 10 + index, { domain: `d${index}`, reseller: 'r2' }),
      );
      await calls.write([recordOf('same', 1), ...others], place(500));
      for (const access of [{ domain: 'acme' }, { reseller: 'r1' }, { reseller: 'r1', domain: 'acme' }]) {
        assert.equal((await calls.find({ ...everything, ...access }, 'same'))?.domain, 'acme');
      }
      assert.equal((await calls.find(everything, 'same'))?.domain, 'd149');
      assert.equal(await calls.find({ ...everything, reseller: 'r2', domain: 'acme' }, 'same'), null);
      assert.equal(await calls.find({ ...everything, domain: 'nobody' }, 'same'), null);
    });

    withStore('is found by what it says now, and no more by what it said', async ({ records }) => {
      const { calls } = records();
      const before = { outcome: 'busy' as const, from: external('+43123') };
      await calls.write([recordOf('a', 5, { facts: before })], place(6));
      await calls.write([recordOf('b', 4)], place(6));
      const after = { outcome: 'rejected' as const, from: external('+43999') };
      await calls.write([recordOf('a', 3, { extensions: ['102'], seq: 9, facts: after })], place(9));
      assert.deepEqual(await all(calls, {}), ['b', 'a']);
      assert.deepEqual(await all(calls, { outcome: 'busy' }), []);
      assert.deepEqual(await all(calls, { outcome: 'rejected' }), ['a']);
      assert.deepEqual(await all(calls, { numbers: ['43123'] }), []);
      assert.deepEqual(await all(calls, { numbers: ['43999'] }), ['a']);
      assert.deepEqual(await all(calls, { domain: 'acme', extension: '101' }), ['b']);
    });

    withStore('goes through any number of calls, and never twice over one', async ({ records }) => {
      const { calls } = records();
      const many = Array.from({ length: 3_200 }, (_, index) =>
        recordOf(`c${index}`, index, { extensions: [index === 5 ? '105' : '101'] }),
      );
      for (let at = 0; at < many.length; at += 400) await calls.write(many.slice(at, at + 400), place(at + 400));
      assert.deepEqual(await all(calls, { extension: '105' }), ['c5'], 'far behind all others');
      assert.deepEqual(await all(calls, { numbers: ['1202'], prefix: true, limit: 100 }), idsOf(many).toReversed());
    });

    withStore(
      'finds what a plain look at every call finds, page by page, whatever the number begins with',
      async (under) => {
        const { calls } = under.records();
        const many = Array.from({ length: 3_000 }, (_, index) => randomCall(index));
        for (let at = 0; at < many.length; at += 500) await calls.write(many.slice(at, at + 500), place(at + 500));
        const newestFirst = many.toReversed();
        const domain = { ...everything, reseller: 'r1', domain: 'd3' };
        for (const prefix of [
          '12',
          '120',
          '1202',
          '12025',
          '120255',
          '1202555',
          '12025550',
          '120255501',
          '4',
          '49',
          '1003',
        ]) {
          for (const more of [
            {},
            { outcome: 'busy' as const },
            { access: domain },
            { domain: 'd2', extension: '102' },
          ]) {
            const query = { access: everything, numbers: [prefix], prefix: true, ...more };
            const expected = newestFirst.filter(
              (record) => matchesCall(query, record) && (query.access === everything || record.domain === 'd3'),
            );
            assert.deepEqual(await all(calls, { ...query, limit: 60 }), idsOf(expected), JSON.stringify(query));
          }
        }
      },
    );

    withStore('lets go of old calls, of all they were found by, and of sequences', async ({ records }) => {
      const { calls } = records();
      await calls.write([recordOf('old', 1), recordOf('new', 3)], place(4));
      await calls.forgetSequences();
      assert.equal(await calls.place(), null);
      const kept = await calls.find(everything, 'old');
      assert.deepEqual([kept?.seq, kept?.firstSeq, kept?.seqs], [0, 0, []]);
      await calls.trim({ startedBefore: start + 120_000, limit: 100 });
      assert.deepEqual(await all(calls, {}), ['new']);
      assert.deepEqual(await all(calls, { numbers: ['12025550100'] }), ['new']);
      await calls.trim({ startedBefore: start + 600_000, limit: 100 });
      assert.deepEqual(await all(calls, {}), []);
      await calls.write([], place(9));
      assert.equal(await calls.place(), null);
    });
  });
}
