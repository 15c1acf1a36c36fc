import { type Figure, median, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { type Latency, measureLatency } from '../support/latency.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

/** What goes to the healthy ones each second, and to those that are dead on one side. */
const healthyPerSecond = 475;
const otherPerSecond = 25;
/** One endpoint of so many. */
const deadEvery = 20;
const warmUpSeconds = 3;
const subscribedAtOnce = 50;
/** So often as makes every breaker open: five failures in a row, and then some. */
const eventsToBreak = 12;
const brokenWithinMs = 240_000;
const lookEveryMs = 500;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Run {
  /** Dead ones hang, and nobody knows it yet. */
  readonly atFirst: Latency;
  /** All of them are known to be dead, and tried now and then. */
  readonly later: Latency;
}

interface Place {
  readonly server: BenchServer;
  /** Of the healthy ones, and of the others, which hang on one side. */
  readonly sink: Sink;
  readonly otherSink: Sink;
  readonly generator: Generator;
  readonly otherGenerator: Generator;
}

interface Size {
  readonly healthy: readonly string[];
  readonly others: readonly string[];
  readonly seconds: number;
}

/** Every endpoint is an extension's, and a host of its own. */
function sizeOf({ quick }: Setting): Size {
  const extensions = Array.from({ length: quick ? 1_000 : 10_000 }, (_, index) => String(10_000 + index));
  const isOther = (_extension: string, index: number): boolean => index % deadEvery === 0;
  return {
    healthy: extensions.filter((extension, index) => !isOther(extension, index)),
    others: extensions.filter(isOther),
    seconds: quick ? 6 : 20,
  };
}

function hostOf(extension: string): string {
  const number = Number(extension);
  return `127.1.${Math.floor(number / 250)}.${1 + (number % 250)}`;
}

async function subscribe(server: BenchServer, sink: Sink, path: string, extensions: readonly string[]): Promise<void> {
  const one = (extension: string): Promise<void> =>
    server.subscribe({ url: `http://${hostOf(extension)}:${sink.port}${path}`, domain: 'domain-0', extension });
  for (let from = 0; from < extensions.length; from += subscribedAtOnce) {
    await Promise.all(extensions.slice(from, from + subscribedAtOnce).map(one));
  }
}

const to = ({ server }: Place) => ({ url: `${server.url}/v1/events`, token: server.token, concurrency: 64 });

/** Both kinds get theirs; what is measured is how long the healthy ones wait. */
async function load(place: Place, { healthy, others, seconds }: Size, run: string): Promise<Latency> {
  const { sink, generator, otherGenerator } = place;
  const plan = { ...to(place), seconds, run };
  const beside = otherGenerator.call('paced', {
    ...plan,
    run: `${run}-other`,
    perSecond: otherPerSecond,
    extensions: others,
    calls: others.length,
  });
  const latency = await measureLatency(generator, sink, {
    ...plan,
    perSecond: healthyPerSecond,
    extensions: healthy,
    calls: healthy.length,
  });
  await beside;
  return latency;
}

/** The same events on both sides; where nobody answers, until every one of those endpoints is known to be broken. */
async function tryOthers(place: Place, others: readonly string[], areDead: boolean): Promise<void> {
  const seconds = Math.ceil((others.length * eventsToBreak) / 500);
  const plan = { ...to(place), perSecond: 500, seconds, extensions: others, calls: others.length, run: 'break' };
  await place.otherGenerator.call('paced', plan);
  if (!areDead) return;
  const began = performance.now();
  while ((await broken(place.server)) < others.length) {
    if (performance.now() - began > brokenWithinMs) throw new Error(`only ${await broken(place.server)} are broken`);
    await wait(lookEveryMs);
  }
}

async function broken(server: BenchServer): Promise<number> {
  const [, count] = /^offhook_endpoints\{breaker="open"\} (\d+)$/m.exec(await server.text('/metrics')) ?? [];
  return Number(count);
}

async function start(profileDir: string | null): Promise<Place> {
  const [sink, otherSink, generator, otherGenerator, server] = await Promise.all([
    startSink(),
    startSink(),
    startGenerator(),
    startGenerator(),
    BenchServer.start({ profileDir }),
  ]);
  return { sink, otherSink, generator, otherGenerator, server };
}

async function side(size: Size, areDead: boolean, { profileDir }: Setting): Promise<Run> {
  const place = await start(areDead ? profileDir : null);
  try {
    await subscribe(place.server, place.sink, '/hook', size.healthy);
    await subscribe(place.server, place.otherSink, areDead ? '/hang' : '/hook', size.others);
    await load(place, { ...size, seconds: warmUpSeconds }, 'warm');
    const atFirst = await load(place, size, 'first');
    await tryOthers(place, size.others, areDead);
    return { atFirst, later: await load(place, size, 'later') };
  } finally {
    await place.server.stop();
    for (const program of [place.generator, place.otherGenerator, place.sink, place.otherSink]) await program.stop();
  }
}

function figure(name: string, size: Size, dead: readonly Latency[], healthy: readonly Latency[]): Figure {
  const p99 = (runs: readonly Latency[]): number[] => runs.map((run) => run.p99);
  const middle = (runs: readonly Latency[]): string => median(runs.map((run) => run.median)).toFixed(2);
  return {
    name,
    offhook: {
      name: `${size.others.length} of ${size.others.length + size.healthy.length} dead`,
      unit: 'ms',
      values: p99(dead),
    },
    beside: { name: 'none dead', unit: 'ms', values: p99(healthy) },
    scores: ratios(p99(dead), p99(healthy)),
    target: { atMost: 1.5 },
    notes: [`medians ${middle(dead)} beside ${middle(healthy)} ms`],
  };
}

export const endpoints: Suite = {
  name: 'endpoints',
  title: '10,000 endpoints, of which 500 hang; beside it a server with as many that all answer, and the same events',
  run: async (setting) => {
    const size = sizeOf(setting);
    const dead: Run[] = [];
    const healthy: Run[] = [];
    for (let round = 0; round < setting.rounds; round++) {
      await inTurn(
        round,
        async () => void dead.push(await side(size, true, setting)),
        async () => void healthy.push(await side(size, false, setting)),
      );
      const text = (run: Run | undefined): string =>
        `p99 ${run?.atFirst.p99.toFixed(1)} and later ${run?.later.p99.toFixed(1)} ms`;
      setting.say(`${text(dead.at(-1))} beside ${text(healthy.at(-1))}`);
    }
    const of = (runs: readonly Run[], when: keyof Run): Latency[] => runs.map((run) => run[when]);
    return [
      figure('p99 of the healthy, at first', size, of(dead, 'atFirst'), of(healthy, 'atFirst')),
      figure('p99 of the healthy, once they are broken', size, of(dead, 'later'), of(healthy, 'later')),
    ];
  },
};
