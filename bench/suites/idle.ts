import { type Figure, median } from '../support/figure.ts';
import { BenchServer } from '../support/server.ts';
import type { Suite } from '../support/suite.ts';

const startedMs = 5_000;
/** From then on nothing is left of the start: V8 collects its garbage once more when nothing has happened for 8 s. */
const idleMs = 30_000;
const windowMs = 10_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Run {
  readonly residentMb: number;
  readonly afterStart: number;
  readonly cpuPercent: number;
}

async function cpuPercentOf(server: BenchServer): Promise<number> {
  const before = server.cpuMs();
  await wait(windowMs);
  return ((server.cpuMs() - before) * 100) / windowMs;
}

async function measure(): Promise<Run> {
  const server = await BenchServer.start();
  try {
    await wait(startedMs);
    const afterStart = await cpuPercentOf(server);
    const residentMb = server.residentMb();
    await wait(idleMs - startedMs - windowMs);
    return { residentMb, afterStart, cpuPercent: await cpuPercentOf(server) };
  } finally {
    await server.stop();
  }
}

const percent = (value: number): string => `${value.toFixed(2)} % of a processor`;

export const idle: Suite = {
  name: 'idle',
  title:
    'the server from a checkout with nothing to do: memory after 15 s, processor over 10 s from 30 s after its start',
  run: async ({ rounds, say }): Promise<readonly Figure[]> => {
    const runs: Run[] = [];
    for (let round = 0; round < rounds; round++) {
      const run = await measure();
      runs.push(run);
      say(
        `${run.residentMb.toFixed(0)} MB, ${percent(run.cpuPercent)}; soon after its start ${percent(run.afterStart)}`,
      );
    }
    const residentMb = runs.map((run) => run.residentMb);
    const cpuPercent = runs.map((run) => run.cpuPercent);
    const afterStart = median(runs.map((run) => run.afterStart));
    const figure = { beside: null, notes: [] };
    return [
      {
        ...figure,
        name: 'resident memory',
        offhook: { name: 'idle', unit: 'MB', values: residentMb },
        scores: residentMb,
        target: { atMost: 200 },
      },
      {
        ...figure,
        name: 'processor',
        offhook: { name: 'idle', unit: '%', values: cpuPercent },
        scores: cpuPercent,
        // What `top` shows as 0.0 or 0.1: nobody would notice it.
        target: { atMost: 0.15 },
        notes: [`from 5 s after its start, while the last of that is collected: ${percent(afterStart)}`],
      },
    ];
  },
};
