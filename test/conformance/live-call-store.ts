/** What every LiveCallStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { LiveCallMark, LiveCallMarks } from '../../src/records/live-call-store.ts';
import { type OpenRecords, oddTexts, type RecordsUnderTest, withRecords } from './records-support.ts';

const markOf = (callId: string, seq: number, domain = 'acme'): LiveCallMark => ({
  domain,
  callId,
  seq,
  legs: { [`${callId}-a`]: seq, [`${callId}-b`]: seq - 1 },
});

const whole = (log: string, cursor: number, put: readonly LiveCallMark[]) => ({
  log,
  cursor,
  whole: true,
  put,
  gone: [],
});

async function same(under: RecordsUnderTest, marks: LiveCallMarks): Promise<void> {
  const order = (a: LiveCallMark, b: LiveCallMark): number => a.seq - b.seq || (a.domain < b.domain ? -1 : 1);
  const loaded = await under.records().liveCalls.load();
  assert.deepEqual(
    { ...loaded, calls: loaded?.calls.toSorted(order) },
    { ...marks, calls: marks.calls.toSorted(order) },
  );
}

export function liveCallStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`live call store: ${name}`, () => {
    withStore('has nothing before the first save', async ({ records }) => {
      assert.equal(await records().liveCalls.load(), null);
    });

    withStore('gives back what was saved last, and no more', async (under) => {
      const { liveCalls } = under.records();
      const a = markOf('a', 12);
      const b = markOf('b', 10);
      const other = markOf('b', 10, 'other');
      const c = markOf('c', 11);
      const first = { ...whole('one', 10, [markOf('a', 9), b, other]) };
      await liveCalls.save(first);
      await same(under, { log: 'one', cursor: 10, calls: first.put });
      const keyOfB = { domain: b.domain, callId: b.callId };
      await liveCalls.save({ log: 'one', cursor: 12, whole: false, put: [a, c], gone: [keyOfB] });
      await same(under, { log: 'one', cursor: 12, calls: [a, other, c] });
      // A call that was forgotten and came back.
      const back = markOf('c', 15);
      const keyOfC = { domain: c.domain, callId: c.callId };
      await liveCalls.save({ log: 'one', cursor: 15, whole: false, put: [back], gone: [keyOfC, keyOfB] });
      await same(under, { log: 'one', cursor: 15, calls: [a, other, back] });
      await under.reopen();
      await same(under, { log: 'one', cursor: 15, calls: [a, other, back] });
      await under.records().liveCalls.save({ log: 'one', cursor: 16, whole: false, put: [], gone: [] });
      await same(under, { log: 'one', cursor: 16, calls: [a, other, back] });
      await under.records().liveCalls.save(whole('two', 20, [markOf('d', 20)]));
      await same(under, { log: 'two', cursor: 20, calls: [markOf('d', 20)] });
    });

    withStore('keeps what was saved before until all that takes its place is there', async (under) => {
      const { liveCalls } = under.records();
      const former = [markOf('a', 9), markOf('b', 10)];
      await liveCalls.save(whole('one', 10, former));
      const newer = Array.from({ length: 1_500 }, (_, index) => markOf(`call-${index}`, 20 + index));
      const broken = function* () {
        yield* newer;
        throw new Error('killed');
      };
      const save = (log: string, cursor: number) =>
        liveCalls.save({ log, cursor, whole: true, put: broken(), gone: [] });
      await assert.rejects(save('one', 2_000), /killed/);
      const found = await liveCalls.load();
      assert.equal(found?.cursor, 10);
      const kept = new Map(found?.calls.map((mark) => [mark.callId, mark.seq]));
      assert.deepEqual([kept.get('a'), kept.get('b')], [9, 10]);
      await liveCalls.save(whole('one', 3_000, [markOf('b', 2_500), markOf('c', 2_900)]));
      await same(under, { log: 'one', cursor: 3_000, calls: [markOf('b', 2_500), markOf('c', 2_900)] });
      await assert.rejects(save('one', 2_000), /killed/);
      assert.equal(await liveCalls.load(), null, 'a cursor from beyond the head leads nowhere');
      await liveCalls.save(whole('one', 2_000, former));
      await assert.rejects(save('two', 2_500), /killed/);
      assert.equal(await liveCalls.load(), null, 'nor does one of another log');
    });

    withStore('keeps any name, and thousands of calls', async (under) => {
      const odd = oddTexts.map((text, index) => markOf(`call ${text}`, index + 1, text));
      const many = Array.from({ length: 5_000 }, (_, index) => markOf(`call-${index}`, 100 + index));
      await under.records().liveCalls.save(whole('one', 9_000, [...odd, ...many]));
      await same(under, { log: 'one', cursor: 9_000, calls: [...odd, ...many] });
      await under.records().liveCalls.save({ log: 'one', cursor: 9_001, whole: false, put: [], gone: many });
      await same(under, { log: 'one', cursor: 9_001, calls: odd });
    });
  });
}
