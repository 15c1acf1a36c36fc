import type { BytesMethods, BytesRun } from '../programs/bytes.ts';
import type { Written } from '../support/disk.ts';
import { type Figure, ratios } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Setting, Suite } from '../support/suite.ts';

const program = new URL('../programs/bytes.ts', import.meta.url);
interface Case {
  readonly batchSize: number;
  readonly journal: boolean;
  readonly judged: boolean;
}

const cases: readonly Case[] = [
  { batchSize: 100, journal: false, judged: true },
  { batchSize: 100, journal: true, judged: true },
  { batchSize: 10, journal: false, judged: false },
  { batchSize: 1, journal: false, judged: false },
];

interface Pair {
  readonly offhook: BytesRun;
  readonly floor: Written;
}

async function runs(
  { batchSize, journal }: Case,
  { quick, rounds, say }: Setting,
): Promise<{ events: number; pairs: Pair[] }> {
  // A batch of one costs as much as one of ten: fewer of them say the same.
  const events = Math.min(quick ? 10_000 : 100_000, batchSize * 2_000);
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = await Program.start<BytesMethods>(program);
    const pair = await child.call('run', { events, batchSize, journal });
    await child.stop();
    pairs.push(pair);
    say(
      `batches of ${batchSize}: ${perEvent(pair.offhook, events)} beside ${perEvent(pair.floor, events)} bytes an event`,
    );
  }
  return { events, pairs };
}

const perEvent = ({ handed }: Written, events: number): string => (handed / events).toFixed(0);

function figure({ batchSize, journal, judged }: Case, events: number, pairs: readonly Pair[]): Figure {
  const each = (side: (pair: Pair) => number): number[] => pairs.map((pair) => side(pair) / events);
  const offhook = each((pair) => pair.offhook.handed);
  const floor = each((pair) => pair.floor.handed);
  const pages = ratios(
    each((pair) => pair.offhook.pages),
    each((pair) => pair.floor.pages),
  );
  const transactions = pairs[0]?.offhook.batches.length ?? 0;
  return {
    name: `${events} events, batches of ${batchSize}${journal ? ', with the journal of calls' : ''}`,
    offhook: { name: 'with one delivery', unit: 'B', values: offhook },
    beside: { name: 'floor', unit: 'B', values: floor },
    scores: ratios(offhook, floor),
    target: judged ? { atMost: 1.5 } : null,
    notes: [`${transactions} transactions on both sides; by whole pages dirtied the ratio is ${pages[0]?.toFixed(2)}`],
  };
}

export const bytes: Suite = {
  name: 'bytes',
  title: 'bytes written to disk for an event and its delivery; beside it the same rows in two tables without an index',
  run: async (setting) => {
    const figures: Figure[] = [];
    for (const one of cases) {
      const { events, pairs } = await runs(one, setting);
      figures.push(figure(one, events, pairs));
    }
    return figures;
  },
};
