import type { BareRouteMethods } from '../programs/bare-route.ts';
import { type Figure, median, ratios } from '../support/figure.ts';
import { startGenerator } from '../support/generator.ts';
import { cpuMsOf } from '../support/processes.ts';
import { Program } from '../support/program.ts';
import { BenchServer } from '../support/server.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const batchSize = 100;
const concurrency = 8;
/** Not measured: code runs fast after it, on both sides. */
const warmUpShare = 0.25;

interface Run {
  /** Events a second. */
  readonly rate: number;
  /** Processor time of the server for one event, microseconds. */
  readonly cpuMicros: number;
}

/** Posts prepared batches to one side, from a generator of its own. */
async function load(events: number, url: string, token: string, pid: number): Promise<Run> {
  const generator = await startGenerator();
  try {
    await generator.call('prepare', { events, batchSize, domains: 1 });
    const to = { url: `${url}/v1/events`, token, concurrency };
    await generator.call('post', { to, share: warmUpShare });
    const cpuBefore = cpuMsOf(pid);
    const { ms, refused, batches } = await generator.call('post', { to, share: 1 });
    if (refused > 0) throw new Error(`${refused} batches were refused`);
    const taken = batches * batchSize;
    return { rate: (taken * 1_000) / ms, cpuMicros: ((cpuMsOf(pid) - cpuBefore) * 1_000) / taken };
  } finally {
    await generator.stop();
  }
}

async function offhookSide(events: number, { profileDir }: Setting): Promise<Run> {
  const server = await BenchServer.start({ profileDir });
  try {
    return await load(events, server.url, server.token, server.pid);
  } finally {
    await server.stop();
  }
}

async function bareSide(events: number): Promise<Run> {
  const route = await Program.start<BareRouteMethods>(new URL('../programs/bare-route.ts', import.meta.url));
  try {
    return await load(events, await route.call('listen', undefined), 'none', route.pid);
  } finally {
    await route.stop();
  }
}

const rates = (runs: readonly Run[]): number[] => runs.map(({ rate }) => rate);
const cpu = (runs: readonly Run[]): string => median(runs.map(({ cpuMicros }) => cpuMicros)).toFixed(1);

export const ingest: Suite = {
  name: 'ingest',
  title: 'events taken in durably, batches of 100 over HTTP; beside it a bare Fastify route that parses the same',
  run: async (setting): Promise<readonly Figure[]> => {
    const events = setting.quick ? 60_000 : 200_000;
    const offhook: Run[] = [];
    const bare: Run[] = [];
    for (let round = 0; round < setting.rounds; round++) {
      await inTurn(
        round,
        async () => void offhook.push(await offhookSide(events, setting)),
        async () => void bare.push(await bareSide(events)),
      );
      setting.say(`${offhook.at(-1)?.rate.toFixed(0)} beside ${bare.at(-1)?.rate.toFixed(0)} events a second`);
    }
    return [
      {
        name: `${events} events, ${concurrency} requests at a time`,
        offhook: { name: 'durable', unit: '/s', values: rates(offhook) },
        beside: { name: 'Fastify', unit: '/s', values: rates(bare) },
        scores: ratios(rates(offhook), rates(bare)),
        target: { atLeast: 0.5 },
        notes: [`processor time of the server for an event: ${cpu(offhook)} beside ${cpu(bare)} µs`],
      },
    ];
  },
};
