import { type Figure, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { type Latency, measureLatency } from '../support/latency.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

/** Healthy receivers, each wanting the events of one extension. */
const extensions = Array.from({ length: 10 }, (_, index) => String(200 + index));
const perSecond = 500;
const warmUpSeconds = 3;
/** After its start, and after the backlog came in, so that what is left is what it holds. */
const restMs = 5_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Run {
  readonly idleMb: number;
  /** With the backlog there and 500 events a second going to healthy receivers: the most that was seen. */
  readonly busyMb: number;
  readonly peakMb: number;
  readonly latency: Latency;
  readonly undelivered: number;
}

interface Place {
  readonly server: BenchServer;
  readonly sink: Sink;
  readonly generator: Generator;
}

/** Every receiver is a host of its own; all of them are the sink. */
async function subscribe({ server, sink }: Place, withDead: boolean): Promise<void> {
  const domain = 'domain-0';
  for (const [index, extension] of extensions.entries()) {
    await server.subscribe({ url: `http://127.0.1.${index + 1}:${sink.port}/hook`, domain, extension });
  }
  if (withDead) await server.subscribe({ url: `http://127.0.0.9:${sink.port}/hang`, domain });
}

async function fill({ server, generator }: Place, events: number): Promise<void> {
  const to = { url: `${server.url}/v1/events`, token: server.token, concurrency: 4 };
  await generator.call('fill', { to, plan: { events, batchSize: 500, domains: 1 } });
}

/** Resident memory, looked at while something runs. */
async function mostWhile<T>(server: BenchServer, run: () => Promise<T>): Promise<{ result: T; mostMb: number }> {
  let mostMb = server.residentMb();
  const look = setInterval(() => (mostMb = Math.max(mostMb, server.residentMb())), 250);
  try {
    return { result: await run(), mostMb };
  } finally {
    clearInterval(look);
  }
}

async function load({ server, sink, generator }: Place, seconds: number): Promise<Latency> {
  const plan = { url: `${server.url}/v1/events`, token: server.token, concurrency: 64, perSecond, extensions };
  await measureLatency(generator, sink, { ...plan, seconds: warmUpSeconds, run: 'warm' });
  return measureLatency(generator, sink, { ...plan, seconds, run: 'load' });
}

async function lagOf({ server }: Place): Promise<number> {
  const { items } = await server.get<{ items: readonly { lag: number }[] }>('/v1/endpoints');
  return Math.max(...items.map(({ lag }) => lag));
}

async function side(events: number, withDead: boolean, setting: Setting): Promise<Run> {
  const profileDir = withDead ? setting.profileDir : null;
  const [sink, generator, server] = await Promise.all([
    startSink(),
    startGenerator(),
    BenchServer.start({ profileDir }),
  ]);
  const place = { sink, generator, server };
  try {
    await wait(restMs);
    const idleMb = server.residentMb();
    await subscribe(place, withDead);
    await fill(place, events);
    await wait(restMs);
    const { result, mostMb } = await mostWhile(server, () => load(place, setting.quick ? 6 : 20));
    const undelivered = await lagOf(place);
    return { idleMb, busyMb: mostMb, peakMb: server.peakMb(), latency: result, undelivered };
  } finally {
    await server.stop();
    await generator.stop();
    await sink.stop();
  }
}

const memoryTarget = (idleMb: number): number => 1.5 * idleMb + 100;

function figures(events: number, dead: readonly Run[], healthy: readonly Run[]): readonly Figure[] {
  const limits = healthy.map(({ idleMb }) => memoryTarget(idleMb));
  const busy = dead.map(({ busyMb }) => busyMb);
  const p99 = (runs: readonly Run[]): number[] => runs.map(({ latency }) => latency.p99);
  const [first] = dead;
  const [other] = healthy;
  return [
    {
      name: `memory, ${events} undelivered`,
      offhook: { name: 'resident', unit: 'MB', values: busy },
      beside: { name: '1.5 idle + 100 MB', unit: 'MB', values: limits },
      scores: ratios(busy, limits),
      target: { atMost: 1 },
      notes: [
        `idle ${other?.idleMb.toFixed(0)} MB; peak while the backlog came in ${first?.peakMb.toFixed(0)} MB; with nobody dead ${other?.busyMb.toFixed(0)} MB, peak ${other?.peakMb.toFixed(0)} MB`,
        `the dead endpoint's lag at the end was ${first?.undelivered} events`,
      ],
    },
    {
      name: `p99 of ${extensions.length} healthy endpoints`,
      offhook: { name: 'beside a dead one', unit: 'ms', values: p99(dead) },
      beside: { name: 'without it', unit: 'ms', values: p99(healthy) },
      scores: ratios(p99(dead), p99(healthy)),
      target: { atMost: 1.5 },
      notes: [`medians ${first?.latency.median.toFixed(2)} beside ${other?.latency.median.toFixed(2)} ms`],
    },
  ];
}

export const dead: Suite = {
  name: 'dead',
  title: 'a receiver that hangs, with a backlog behind it; beside it a server with the same log and no such receiver',
  run: async (setting) => {
    const events = (setting.quick ? 100_000 : 1_000_000) * (setting.large ? 5 : 1);
    const dead: Run[] = [];
    const healthy: Run[] = [];
    for (let round = 0; round < setting.rounds; round++) {
      await inTurn(
        round,
        async () => void dead.push(await side(events, true, setting)),
        async () => void healthy.push(await side(events, false, setting)),
      );
      const text = (run: Run | undefined): string =>
        `${run?.busyMb.toFixed(0)} MB, p99 ${run?.latency.p99.toFixed(1)} ms`;
      setting.say(`${text(dead.at(-1))} beside ${text(healthy.at(-1))}`);
    }
    return figures(events, dead, healthy);
  },
};
