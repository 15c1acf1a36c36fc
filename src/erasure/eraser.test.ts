import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../kit/manual-clock.ts';
import {
  type ErasureProgress,
  type ErasureStage,
  erasureStages,
  noErasures,
  type StoredErasure,
} from '../records/erasure-store.ts';
import type { ErasureDeps } from './deps.ts';
import { Erasure } from './erasure.ts';
import { createEraser } from './eraser.ts';

const number = '+12157010680';

const ordered = (given: number, progress: Partial<ErasureProgress> = {}): StoredErasure => ({
  order: {
    number: given,
    scope: { reseller: '*', domain: '*' },
    log: 'log-1',
    upTo: 25,
    createdAt: 1,
    author: { id: 'administrator', name: 'administrator' },
  },
  progress: {
    stage: 'log',
    cursor: 0,
    tailTo: 0,
    counts: noErasures,
    liveCalls: 0,
    remains: 0,
    endedAt: null,
    ...progress,
  },
  spellings: progress.stage === 'disk' ? null : [number],
});

/** Everything an erasure asks for, noted in order; `fails` throws at the first call of that name. */
function world(fails: string | null = null, headAtEnd = 25) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const marks: ErasureProgress[] = [];
  const lines: string[] = [];
  let failing = fails;
  const note = (what: string): void => {
    asked.push(what);
    if (failing !== null && what.startsWith(failing)) {
      failing = null;
      throw new Error(`the disk is away: "${number}"`);
    }
  };
  let scrubs = 2;
  const log = (fields: object, message: string): void => void lines.push(JSON.stringify([fields, message]));
  const deps: ErasureDeps = {
    clock,
    logger: { info: log, warn: log, error: log, debug: log },
    log: {
      id: 'log-1',
      head: () => headAtEnd,
      floor: () => 0,
      get: () => Promise.resolve([]),
      erase: async ({ after, upTo }) => {
        note(`log ${after}-${upTo}`);
        return { scannedTo: Math.min(upTo, after + 10), found: [after + 1], kept: 0 };
      },
    },
    store: {
      load: () => Promise.resolve([]),
      nextNumber: () => Promise.resolve(1),
      put: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      mark: async (_number, progress) => void marks.push(progress),
      find: async ({ of, after }) => {
        note(`find ${of} ${after}`);
        return { rows: [after + 1], next: after === 0 ? 500 : null };
      },
      erase: async (of, rows) => {
        note(`erase ${of} ${rows.join()}`);
        return rows.length;
      },
      scrub: async () => {
        note('scrub');
        return { more: scrubs-- > 0 };
      },
      emptyWal: async () => {
        note('empty');
        return true;
      },
      findRemains: async (_number, from) => {
        note(`remains ${from}`);
        const pages = asked.filter((one) => one === 'overwrite').length === 0 ? [{}] : [];
        return { pages, unclear: 0, next: null };
      },
      overwrite: async (pages) => {
        if (pages.length > 0) note('overwrite');
      },
    },
    sentAnew: async () => note('sent anew'),
    said: async () => note('said'),
    journal: {
      between: async (work) => {
        asked.push('between (');
        return work().finally(() => asked.push(')'));
      },
    },
    live: { texts: () => ['{"a":"12157010680"}', '{}'] },
    shownAnew: async (seqs) => note(`shown anew ${seqs.join()}`),
    eraseInbox: () => {
      note('inbox');
      return 1;
    },
    owners: () => ({ subscriptions: null, callers: null }),
    configuration: () => ({ extensions: [], users: [], subscriptions: [], replays: [] }),
  };
  const run = async (...all: StoredErasure[]): Promise<Erasure[]> => {
    const eraser = createEraser(deps);
    await eraser.start();
    const erasures = all.map((one) => new Erasure(one));
    for (const one of erasures) eraser.add(one);
    for (let turn = 0; turn < 2_000 && erasures.some(({ isDone }) => !isDone); turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    await eraser.stop();
    return erasures;
  };
  return { asked, marks, lines, run, deps, clock };
}

const stagesOf = (marks: readonly ErasureProgress[]): (ErasureStage | null)[] => [
  ...new Set(marks.map(({ stage }) => stage)),
];

test('every place is erased after those that could bring the number back to it', async () => {
  const { asked, marks, run } = world();
  const [erasure] = await run(ordered(1));
  assert.ok(erasure?.isDone);
  const places = asked.filter((one) => !/^(?:find|between|\)|shown)/.test(one));
  assert.deepEqual(places, [
    ...['log 0-25', 'log 10-25', 'log 20-25', 'sent anew', 'inbox'],
    ...['erase outbox 1', 'erase outbox 501', 'said', 'log 25-25', 'sent anew', 'inbox'],
    ...['attempts', 'counters', 'calls', 'audit', 'answers'].flatMap((of) => [`erase ${of} 1`, `erase ${of} 501`]),
    ...['inbox', 'scrub', 'scrub', 'scrub', 'empty', 'remains 0', 'overwrite', 'empty', 'remains 0', 'empty'],
  ]);
  assert.deepEqual(stagesOf(marks), [...erasureStages, null]);
  const { counts, liveCalls, remains, endedAt } = erasure.progress;
  assert.deepEqual([counts.events, counts.calls, counts.inbox, liveCalls, remains], [4, 2, 3, 1, 0]);
  assert.ok(endedAt !== null);
});

test('calls are erased between two pages of the journal only', async () => {
  const { asked, run } = world();
  await run(ordered(1));
  const from = asked.indexOf('between (');
  assert.deepEqual(asked.slice(from, from + 8), [
    ...['between (', 'find calls 0', 'erase calls 1', ')', 'between (', 'find calls 500', 'erase calls 501', ')'],
  ]);
});

test('the number is forgotten before the disk is cleared the last time', async () => {
  const { run, marks } = world();
  const [erasure] = await run(ordered(1));
  assert.throws(() => erasure?.number);
  assert.equal(marks.find(({ stage }) => stage === 'disk')?.endedAt, null);
  const again = world();
  assert.ok((await again.run(ordered(2, { stage: 'disk' })))[0]?.isDone, 'a crash there needs no number');
  assert.deepEqual(again.asked, ['empty']);
});

test('one goes on where it was noted last', async () => {
  const { asked, run } = world();
  const [erasure] = await run(ordered(1, { stage: 'audit', cursor: 500 }));
  assert.ok(erasure?.isDone);
  assert.deepEqual(asked.slice(0, 3), ['find audit 500', 'erase audit 501', 'find answers 0']);
});

for (const where of ['log 10', 'sent anew', 'said', 'erase calls', 'find audit', 'scrub', 'remains', 'empty']) {
  test(`a failure at "${where}" is told once without the number, and the piece is done again`, async () => {
    const { run, lines, asked } = world(where);
    const [erasure] = await run(ordered(1));
    assert.ok(erasure?.isDone);
    assert.equal(erasure.trouble, null);
    assert.ok(asked.filter((one) => one.startsWith(where)).length > 1);
    const failures = lines.filter((line) => line.includes('gets no further'));
    assert.equal(failures.length, 1);
    assert.ok(!lines.some((line) => line.includes('2157010680')), lines.join());
  });
}

test('they run one after the other', async () => {
  const { asked, run } = world();
  const erasures = await run(ordered(1), ordered(2));
  assert.ok(erasures.every(({ isDone }) => isDone));
  const firsts = asked.flatMap((one, at) => (one === 'log 0-25' ? [at] : []));
  assert.equal(firsts.length, 2);
  assert.ok((firsts[1] ?? 0) > asked.indexOf('empty'));
});

test('a stop ends the wait for receivers, and what had begun is begun anew', async () => {
  const { deps, clock } = world();
  const waits = Promise.withResolvers<void>();
  const eraser = createEraser({
    ...deps,
    sentAnew: () => {
      waits.resolve();
      return new Promise(() => {});
    },
  });
  await eraser.start();
  const erasure = new Erasure(ordered(1, { stage: 'deliveries' }));
  eraser.add(erasure);
  await waits.promise;
  await eraser.stop();
  assert.equal(erasure.progress.stage, 'deliveries');
  clock.advance(1);
});

test('another log than the one that was meant is looked through whole', async () => {
  const { asked, run } = world(null, 12);
  const { order, ...rest } = ordered(1);
  await run({ ...rest, order: { ...order, log: 'log-0' } });
  assert.deepEqual(
    asked.filter((one) => one.startsWith('log ')),
    ['log 0-12', 'log 10-12', 'log 12-12'],
  );
});
