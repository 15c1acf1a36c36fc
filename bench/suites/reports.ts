import { type Figure, median, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { wait } from '../support/pace.ts';
import { cpuMsOf } from '../support/processes.ts';
import { BenchServer } from '../support/server.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const concurrency = 64;
const warmUpShare = 0.25;
const domain = 'domain-0';

interface Run {
  /** Requests a second, until the journal has it all. */
  readonly rate: number;
  /** Processor time of the server for one request, microseconds. */
  readonly cpuMicros: number;
}

interface Side {
  readonly prepare: (generator: Generator) => Promise<unknown>;
  /** Where to send, made ready. */
  readonly pathOn: (server: BenchServer) => Promise<string>;
  readonly contentType: string;
}

async function ask<T>(server: BenchServer, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  const answer = await fetch(`${server.url}${path}`, request);
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
  return (await answer.json()) as T;
}

async function journalled(server: BenchServer): Promise<void> {
  for (;;) {
    const { behind } = await ask<{ behind: number }>(server, '/v1/calls?limit=1');
    if (behind === 0) return;
    await wait(5);
  }
}

async function measure({ prepare, pathOn, contentType }: Side, { profileDir }: Setting): Promise<Run> {
  const server = await BenchServer.start({ profileDir });
  const generator = await startGenerator();
  try {
    await prepare(generator);
    const to = { url: `${server.url}${await pathOn(server)}`, token: server.token, concurrency, contentType };
    await generator.call('post', { to, share: warmUpShare });
    await journalled(server);
    const cpuBefore = cpuMsOf(server.pid);
    const began = performance.now();
    const { refused, batches } = await generator.call('post', { to, share: 1 });
    await journalled(server);
    const ms = performance.now() - began;
    if (refused > 0) throw new Error(`${refused} requests were refused`);
    return { rate: (batches * 1_000) / ms, cpuMicros: ((cpuMsOf(server.pid) - cpuBefore) * 1_000) / batches };
  } finally {
    await generator.stop();
    await server.stop();
  }
}

const reported = (posts: number): Side => ({
  prepare: (generator) => generator.call('prepareReports', { posts }),
  pathOn: async (server) => {
    await ask(server, '/v1/domains', { name: domain });
    await ask(server, '/v1/extensions', { domain, number: '101', prefix: '0003' });
    const source = { dialect: 'ringme', domain, extension: '101' };
    return (await ask<{ path: string }>(server, '/v1/sources', source)).path;
  },
  contentType: 'application/x-www-form-urlencoded',
});

const ingested = (events: number): Side => ({
  prepare: (generator) => generator.call('prepare', { events, batchSize: 1, domains: 1 }),
  pathOn: () => Promise.resolve('/v1/events'),
  contentType: 'application/json',
});

const rates = (runs: readonly Run[]): number[] => runs.map(({ rate }) => rate);
const cpu = (runs: readonly Run[]): string => median(runs.map(({ cpuMicros }) => cpuMicros)).toFixed(0);

export const reports: Suite = {
  name: 'reports',
  title: 'another phone system’s posts, read and journalled; beside it single events taken in',
  run: async (setting): Promise<readonly Figure[]> => {
    const requests = setting.quick ? 9_000 : 30_000;
    const posts: Run[] = [];
    const events: Run[] = [];
    for (let round = 0; round < setting.rounds; round++) {
      await inTurn(
        round,
        async () => void posts.push(await measure(reported(requests), setting)),
        async () => void events.push(await measure(ingested(requests), setting)),
      );
      setting.say(`${posts.at(-1)?.rate.toFixed(0)} posts beside ${events.at(-1)?.rate.toFixed(0)} events a second`);
    }
    return [
      {
        name: `${requests} requests, ${concurrency} at a time`,
        offhook: { name: 'posts', unit: '/s', values: rates(posts) },
        beside: { name: 'single events', unit: '/s', values: rates(events) },
        scores: ratios(rates(posts), rates(events)),
        target: { atLeast: 0.5 },
        notes: [`processor time of the server for a request: ${cpu(posts)} beside ${cpu(events)} µs`],
      },
    ];
  },
};
