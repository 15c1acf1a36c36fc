import type { SearchMethods } from '../programs/search.ts';
import { type Figure, median, ratios } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Suite } from '../support/suite.ts';

const program = new URL('../programs/search.ts', import.meta.url);
const few = 100_000;
const times = 100;

type Took = Readonly<Record<string, readonly number[]>>;

function figures(many: number, large: readonly Took[], small: readonly Took[]): Figure[] {
  return Object.keys(large[0] ?? {}).map((name) => {
    const medians = (side: readonly Took[]): number[] => side.map((took) => median(took[name] ?? []));
    const offhook = medians(large);
    const beside = medians(small);
    return {
      name,
      offhook: { name: `over ${many} calls`, unit: 'ms', values: offhook },
      beside: { name: `over ${few}`, unit: 'ms', values: beside },
      scores: ratios(offhook, beside),
      target: { atMost: 2 },
      notes:
        name === 'by how a number begins'
          ? ['its calls lie all over the store: on a cold disk a page is 50 reads']
          : [],
    };
  });
}

export const search: Suite = {
  name: 'search',
  title: 'the first page of a search of calls, over 1,000,000 (10,000,000 with --large) and over 100,000',
  run: async ({ quick, large, rounds, say }) => {
    const many = quick ? 50_000 : large ? 10_000_000 : 1_000_000;
    const child = await Program.start<SearchMethods>(program);
    const sides: { readonly calls: number; readonly dir: string; readonly took: Took[] }[] = [];
    for (const calls of [many, few]) {
      say(`writing ${calls} calls`);
      sides.push({ calls, dir: await child.call('make', { calls }), took: [] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { calls, dir, took } of round % 2 === 0 ? sides : sides.toReversed()) {
        took.push(await child.call('measure', { dir, calls, times }));
      }
    }
    for (const { dir } of sides) await child.call('remove', { dir });
    await child.stop();
    const [most, least] = sides;
    return figures(many, most?.took ?? [], least?.took ?? []);
  },
};
