import { type Figure, median, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { type Latency, measureLatency } from '../support/latency.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const perSecond = 500;
const warmUpSeconds = 2;
/** In each round the sides take turns so often: what else the machine does meets both. */
const turns = 5;
/** One search is begun so often at most, and never before the last one was answered. */
const searchEveryMs = 100;
const lookEveryMs = 500;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What somebody asks who looks for something, in turn. */
function searchAt(turn: number, since: number, now: number): string {
  const time = new Date(since + ((turn * 7_919) % Math.max(1, now - since))).toISOString();
  const all = [
    '/v1/events?number=2025550100',
    '/v1/events?number=120255*&limit=20',
    `/v1/events?until=${time}`,
    `/v1/events?type=call.ended&until=${time}`,
    '/v1/events?type=queue.*',
    '/v1/events?outcome=answered',
    '/v1/deliveries?number=2025550100',
    '/v1/deliveries?outcome=failed',
    `/v1/deliveries?until=${time}`,
    '/v1/deliveries?subscription=1',
    '/v1/calls?number=2025550100',
    '/v1/calls?number=120255*',
    '/v1/calls?outcome=busy',
    '/v1/calls?direction=outbound',
  ];
  return all[turn % all.length] as string;
}

/** Searches, one after the other, until told to stop. */
class Searching {
  readonly took: number[] = [];
  readonly #server: BenchServer;
  readonly #since: number;
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(server: BenchServer, since: number) {
    this.#server = server;
    this.#since = since;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const begin = performance.now();
      await this.#server.text(searchAt(turn, this.#since, Date.now()));
      this.took.push(performance.now() - begin);
      await wait(Math.max(0, searchEveryMs - (performance.now() - begin)));
    }
  }
}

interface Measured {
  readonly beside: Latency;
  readonly without: Latency;
  readonly searches: number;
  /** Milliseconds, in the middle. */
  readonly took: number;
}

/** A log with a past, and its journal kept up to date. */
async function fill(generator: Generator, server: BenchServer, events: number): Promise<void> {
  const to = { url: `${server.url}/v1/events`, token: server.token, concurrency: 4 };
  await generator.call('fill', { to, plan: { events, batchSize: 500, domains: 10 } });
  while ((await server.get<{ behind: number }>('/v1/calls?limit=1')).behind > 0) await wait(lookEveryMs);
}

async function measure(generator: Generator, sink: Sink, server: BenchServer, seconds: number, run: string) {
  const plan = { url: `${server.url}/v1/events`, token: server.token, concurrency: 64, perSecond, extensions: ['101'] };
  await measureLatency(generator, sink, { ...plan, seconds: warmUpSeconds, run: `${run}-warm` });
  return measureLatency(generator, sink, { ...plan, seconds, run });
}

async function round(number: number, events: number, { quick, profileDir }: Setting): Promise<Measured> {
  const [sink, generator] = await Promise.all([startSink(), startGenerator()]);
  const server = await BenchServer.start({ profileDir });
  const seconds = quick ? 4 : 10;
  const since = Date.now();
  try {
    await fill(generator, server, events);
    await server.subscribe({ url: `${sink.url}/hook`, domain: 'domain-0', maxInFlight: 64 });
    const beside: Latency[] = [];
    const without: Latency[] = [];
    const took: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await inTurn(
        number + turn,
        async () => {
          const searching = new Searching(server, since);
          try {
            beside.push(await measure(generator, sink, server, seconds, `beside-${turn}`));
          } finally {
            await searching.stop();
          }
          took.push(...searching.took);
        },
        async () => void without.push(await measure(generator, sink, server, seconds, `without-${turn}`)),
      );
    }
    return { beside: middle(beside), without: middle(without), searches: took.length, took: median(took) };
  } finally {
    await server.stop();
    await generator.stop();
    await sink.stop();
  }
}

function middle(runs: readonly Latency[]): Latency {
  const of = (figure: keyof Latency): number => median(runs.map((run) => run[figure]));
  return { median: of('median'), p99: of('p99'), answered: of('answered') };
}

export const searching: Suite = {
  name: 'searching',
  title: `delivery at ${perSecond} events a second while somebody searches, one search after the other; beside it without`,
  run: async (setting) => {
    const events = setting.quick ? 100_000 : 1_000_000;
    const rounds: Measured[] = [];
    for (let number = 0; number < setting.rounds; number++) {
      const measured = await round(number, events, setting);
      rounds.push(measured);
      const text = ({ median: middle, p99 }: Latency): string => `${middle.toFixed(2)} and ${p99.toFixed(2)}`;
      setting.say(
        `median and p99 ${text(measured.beside)} beside ${text(measured.without)} ms, ${measured.searches} searches`,
      );
    }
    return [figure(events, rounds)];
  },
};

function figure(events: number, rounds: readonly Measured[]): Figure {
  const beside = rounds.map((one) => one.beside.p99);
  const without = rounds.map((one) => one.without.p99);
  const medians = (side: 'beside' | 'without'): string => median(rounds.map((one) => one[side].median)).toFixed(2);
  return {
    name: `p99, ${events} events to search`,
    offhook: { name: 'while somebody searches', unit: 'ms', values: beside },
    beside: { name: 'without', unit: 'ms', values: without },
    scores: ratios(beside, without),
    target: { atMost: 1.2 },
    notes: [
      `medians ${medians('beside')} beside ${medians('without')} ms`,
      `searches in each round: ${rounds.map(({ searches }) => searches).join(', ')}, each ${median(rounds.map(({ took }) => took)).toFixed(1)} ms`,
    ],
  };
}
