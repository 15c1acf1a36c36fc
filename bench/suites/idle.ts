import type { Figure } from '../support/figure.ts';
import { BenchServer } from '../support/server.ts';
import type { Suite } from '../support/suite.ts';

const settleMs = 5_000;
const windowMs = 10_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(): Promise<{ residentMb: number; cpuPercent: number }> {
  const server = await BenchServer.start();
  try {
    await wait(settleMs);
    const before = server.cpuMs();
    await wait(windowMs);
    const cpuPercent = ((server.cpuMs() - before) * 100) / windowMs;
    return { residentMb: server.residentMb(), cpuPercent };
  } finally {
    await server.stop();
  }
}

export const idle: Suite = {
  name: 'idle',
  title: 'the server from a checkout with nothing to do, over 10 s from 5 s after its start',
  run: async ({ rounds, say }): Promise<readonly Figure[]> => {
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      const run = await measure();
      runs.push(run);
      say(`${run.residentMb.toFixed(0)} MB, ${run.cpuPercent.toFixed(2)} % of a processor`);
    }
    const residentMb = runs.map((run) => run.residentMb);
    const cpuPercent = runs.map((run) => run.cpuPercent);
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
      },
    ];
  },
};
