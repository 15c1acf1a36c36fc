import type { Kind, SearchMethods } from '../programs/search.ts';
import { type Figure, median, ratios } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Setting, Suite } from '../support/suite.ts';

const program = new URL('../programs/search.ts', import.meta.url);
const few = 100_000;
const times = 100;

type Took = Readonly<Record<string, readonly number[]>>;
type Child = Program<SearchMethods>;

interface Side {
  readonly rows: number;
  readonly dir: string;
  readonly took: Took[];
}

function figures(kind: Kind, [large, small]: readonly Side[]): Figure[] {
  if (!large || !small) return [];
  return Object.keys(large.took[0] ?? {}).map((name) => {
    const medians = ({ took }: Side): number[] => took.map((one) => median(one[name] ?? []));
    const offhook = medians(large);
    const beside = medians(small);
    return {
      name: kind === 'calls' ? `calls ${name}` : name,
      offhook: { name: `over ${large.rows}`, unit: 'ms', values: offhook },
      beside: { name: `over ${small.rows}`, unit: 'ms', values: beside },
      scores: ratios(offhook, beside),
      target: { atMost: 2 },
      notes: [],
    };
  });
}

async function compare(child: Child, kind: Kind, many: number, { rounds, say }: Setting): Promise<Figure[]> {
  const sides: Side[] = [];
  try {
    for (const rows of [many, few]) {
      say(`writing ${rows} ${kind === 'calls' ? 'calls' : 'events, and as many deliveries'}`);
      sides.push({ rows, dir: await child.call('make', { kind, rows }), took: [] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { rows, dir, took } of round % 2 === 0 ? sides : sides.toReversed()) {
        took.push(await child.call('measure', { kind, dir, rows, times }));
      }
    }
    return figures(kind, sides);
  } finally {
    for (const { dir } of sides) await child.call('remove', { dir });
  }
}

export const search: Suite = {
  name: 'search',
  title:
    'the first page of searches of calls, events and deliveries, over 1,000,000 (10,000,000 with --large) and 100,000',
  run: async (setting) => {
    const many = setting.quick ? 200_000 : setting.large ? 10_000_000 : 1_000_000;
    const child = await Program.start<SearchMethods>(program);
    try {
      const ofLog = await compare(child, 'log', many, setting);
      return [...ofLog, ...(await compare(child, 'calls', many, setting))];
    } finally {
      await child.stop();
    }
  },
};
