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
      const saves: LiveCallMarks[] = [
        { log: 'one', cursor: 10, calls: [markOf('a', 9), markOf('b', 10), markOf('b', 10, 'other')] },
        { log: 'one', cursor: 12, calls: [markOf('a', 12), markOf('b', 10, 'other'), markOf('c', 11)] },
        { log: 'one', cursor: 13, calls: [] },
        { log: 'one', cursor: 20, calls: [markOf('d', 20)] },
        { log: 'two', cursor: 20, calls: [markOf('d', 20), markOf('e', 3)] },
      ];
      for (const marks of saves) {
        await liveCalls.save(marks);
        await same(under, marks);
        await liveCalls.save(marks);
        await same(under, marks);
      }
      await under.reopen();
      await same(under, saves[4] as LiveCallMarks);
      const after = { log: 'two', cursor: 25, calls: [markOf('e', 25)] };
      await under.records().liveCalls.save(after);
      await same(under, after);
    });

    withStore('keeps any name, and thousands of calls', async (under) => {
      const odd = oddTexts.map((text, index) => markOf(`call ${text}`, index + 1, text));
      const many = Array.from({ length: 5_000 }, (_, index) => markOf(`call-${index}`, 100 + index));
      await under.records().liveCalls.save({ log: 'one', cursor: 9_000, calls: [...odd, ...many] });
      await same(under, { log: 'one', cursor: 9_000, calls: [...odd, ...many] });
      await under.records().liveCalls.save({ log: 'one', cursor: 9_001, calls: odd });
      await same(under, { log: 'one', cursor: 9_001, calls: odd });
    });
  });
}
