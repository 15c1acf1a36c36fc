/** Suites that ask what something else which the server is made to do costs delivery at a steady rate. */
import { type Figure, median, ratios } from './figure.ts';
import { type Generator, startGenerator } from './generator.ts';
import { type Latency, measureLatency } from './latency.ts';
import { BenchServer } from './server.ts';
import { type Sink, startSink } from './sink.ts';
import { inTurn, type Setting, type Suite } from './suite.ts';

/** What goes on beside delivery, again and again until it is stopped; it says what it did. */
export interface Work<Done> {
  stop(): Promise<Done>;
}

export interface BesideSuite<Done> {
  readonly name: string;
  /** After "delivery at so many events a second". */
  readonly title: string;
  readonly events: { readonly whole: number; readonly quick: number };
  /** Of the side beside which it is done, and what the events are there for. */
  readonly labels: { readonly side: string; readonly purpose: string };
  readonly atMost: number;
  /** Gives the server a past. */
  fill(generator: Generator, server: BenchServer, events: number): Promise<void>;
  /** @param since when the server had no past yet, wall clock */
  begin(server: BenchServer, since: number): Work<Done>;
  /** What was done in a round, over its turns. */
  counted(done: readonly Done[]): string;
}

export const eventsPerSecond = 500;
const warmUpSeconds = 2;
/** In each round the sides take turns so often: what else the machine does meets both. */
const turns = 5;

interface Measured {
  readonly beside: Latency;
  readonly without: Latency;
  readonly counted: string;
}

export function besideSuite<Done>(of: BesideSuite<Done>): Suite {
  return {
    name: of.name,
    title: `delivery at ${eventsPerSecond} events a second ${of.title}; beside it without`,
    run: async (setting) => {
      const events = setting.quick ? of.events.quick : of.events.whole;
      const rounds: Measured[] = [];
      for (let number = 0; number < setting.rounds; number++) {
        const measured = await round(of, number, events, setting);
        rounds.push(measured);
        const text = ({ median: middle, p99 }: Latency): string => `${middle.toFixed(2)} and ${p99.toFixed(2)}`;
        setting.say(`median and p99 ${text(measured.beside)} beside ${text(measured.without)} ms; ${measured.counted}`);
      }
      return [figure(of, events, rounds)];
    },
  };
}

async function round<Done>(
  of: BesideSuite<Done>,
  number: number,
  events: number,
  { quick, profileDir }: Setting,
): Promise<Measured> {
  const [sink, generator] = await Promise.all([startSink(), startGenerator()]);
  const server = await BenchServer.start({ profileDir });
  const seconds = quick ? 4 : 10;
  const since = Date.now();
  try {
    await of.fill(generator, server, events);
    await server.subscribe({ url: `${sink.url}/hook`, domain: 'domain-0', maxInFlight: 64 });
    const beside: Latency[] = [];
    const without: Latency[] = [];
    const done: Done[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await inTurn(
        number + turn,
        async () => {
          const work = of.begin(server, since);
          try {
            beside.push(await measure(generator, sink, server, seconds, `beside-${turn}`));
          } finally {
            done.push(await work.stop());
          }
        },
        async () => void without.push(await measure(generator, sink, server, seconds, `without-${turn}`)),
      );
    }
    return { beside: middle(beside), without: middle(without), counted: of.counted(done) };
  } finally {
    await server.stop();
    await generator.stop();
    await sink.stop();
  }
}

async function measure(generator: Generator, sink: Sink, server: BenchServer, seconds: number, run: string) {
  const to = { url: `${server.url}/v1/events`, token: server.token, concurrency: 64 };
  const plan = { ...to, perSecond: eventsPerSecond, extensions: ['101'] };
  await measureLatency(generator, sink, { ...plan, seconds: warmUpSeconds, run: `${run}-warm` });
  return measureLatency(generator, sink, { ...plan, seconds, run });
}

function middle(runs: readonly Latency[]): Latency {
  const of = (figure: keyof Latency): number => median(runs.map((run) => run[figure]));
  return { median: of('median'), p99: of('p99'), answered: of('answered') };
}

function figure<Done>({ labels, atMost }: BesideSuite<Done>, events: number, rounds: readonly Measured[]): Figure {
  const beside = rounds.map((one) => one.beside.p99);
  const without = rounds.map((one) => one.without.p99);
  const medians = (side: 'beside' | 'without'): string => median(rounds.map((one) => one[side].median)).toFixed(2);
  return {
    name: `p99, ${events} events ${labels.purpose}`,
    offhook: { name: labels.side, unit: 'ms', values: beside },
    beside: { name: 'without', unit: 'ms', values: without },
    scores: ratios(beside, without),
    target: { atMost },
    notes: [
      `medians ${medians('beside')} beside ${medians('without')} ms`,
      `in each round: ${rounds.map(({ counted }) => counted).join(', ')}`,
    ],
  };
}
