import type { MatchingMethods } from '../programs/matching.ts';
import { type Figure, median, ratios } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Spent } from '../support/serve.ts';
import { inTurn, type Suite } from '../support/suite.ts';

const program = new URL('../programs/matching.ts', import.meta.url);
const few = 100;

async function side(subscriptions: number, events: number, profileDir: string | null): Promise<Spent> {
  const child = await Program.start<MatchingMethods>(program, { profileDir });
  try {
    await child.call('prepare', { subscriptions, events });
    return await child.call('deliver', events);
  } finally {
    await child.stop();
  }
}

export const matching: Suite = {
  name: 'matching',
  title: 'the cost of an event that 5 subscriptions want of very many; beside it of 100',
  run: async ({ quick, rounds, profileDir, say }): Promise<readonly Figure[]> => {
    const many = 100_000;
    const events = quick ? 10_000 : 50_000;
    const spent: { many: Spent[]; few: Spent[] } = { many: [], few: [] };
    for (let round = 0; round < rounds; round++) {
      await inTurn(
        round,
        async () => void spent.many.push(await side(many, events, profileDir)),
        async () => void spent.few.push(await side(few, events, null)),
      );
      say(`${spent.many.at(-1)?.ms.toFixed(0)} beside ${spent.few.at(-1)?.ms.toFixed(0)} ms`);
    }
    const micros = (runs: readonly Spent[]): number[] => runs.map(({ ms }) => (ms * 1_000) / events);
    const cpu = (runs: readonly Spent[]): number[] => runs.map(({ cpuMs }) => (cpuMs * 1_000) / events);
    return [
      {
        name: `${events} events, 5 deliveries each`,
        offhook: { name: `${many} subscriptions`, unit: 'µs', values: micros(spent.many) },
        beside: { name: `${few} subscriptions`, unit: 'µs', values: micros(spent.few) },
        scores: ratios(micros(spent.many), micros(spent.few)),
        target: { atMost: 1.5 },
        notes: [
          `processor time an event: ${median(cpu(spent.many)).toFixed(0)} beside ${median(cpu(spent.few)).toFixed(0)} µs`,
        ],
      },
    ];
  },
};
