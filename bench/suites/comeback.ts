import { type Figure, median, quantile, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const domains = 1_000;
/** One receiver may get as many requests at a time as keep it busy; of a thousand each the usual 8. */
const windowOfOne = 64;
const subscribedAtOnce = 50;

interface Run {
  /** From when the receivers answered again until they had every event, seconds. */
  readonly seconds: number;
  /** Until they had 99 % of them: the rest may be waiting for its next attempt. */
  readonly mostSeconds: number;
  /** From then until the first event reached a receiver, over all of them, seconds. */
  readonly detected: { readonly median: number; readonly last: number };
  readonly refused: number;
}

interface Place {
  readonly server: BenchServer;
  readonly sink: Sink;
  readonly generator: Generator;
}

/** A host for each domain; all of them are the sink. */
const hostOf = (domain: number): string => `127.0.${1 + Math.floor(domain / 250)}.${1 + (domain % 250)}`;

async function subscribeMany({ server, sink }: Place): Promise<void> {
  const one = (domain: number): Promise<void> =>
    server.subscribe({ url: `http://${hostOf(domain)}:${sink.port}/hook`, domain: `domain-${domain}`, signed: true });
  for (let from = 0; from < domains; from += subscribedAtOnce) {
    await Promise.all(Array.from({ length: subscribedAtOnce }, (_, index) => one(from + index)));
  }
}

const subscribeOne = ({ server, sink }: Place): Promise<void> =>
  server.subscribe({ url: `${sink.url}/hook`, domain: '*', maxInFlight: windowOfOne, signed: true });

/** Receivers answer 503 while all the events come in, and then take whatever comes. */
async function comeBack({ server, sink, generator }: Place, events: number): Promise<Run> {
  await sink.call('heal', false);
  const to = { url: `${server.url}/v1/events`, token: server.token, concurrency: 4 };
  await generator.call('fill', { to, plan: { events, batchSize: 500, domains } });
  const { refused } = await sink.call('seen', undefined);
  const healedAt = await sink.call('heal', true);
  const mostAt = await sink.call('reached', events * 0.99);
  const drainedAt = await sink.call('reached', events);
  const detected = [...(await sink.call('firstByHost', undefined)).values()].map((at) => (at - healedAt) / 1_000);
  return {
    seconds: (drainedAt - healedAt) / 1_000,
    mostSeconds: (mostAt - healedAt) / 1_000,
    detected: { median: median(detected), last: quantile(detected, 1) },
    refused,
  };
}

async function side(
  events: number,
  subscribe: (place: Place) => Promise<void>,
  profileDir: string | null,
): Promise<Run> {
  const [sink, generator, server] = await Promise.all([
    startSink(),
    startGenerator(),
    BenchServer.start({ profileDir }),
  ]);
  const place = { sink, generator, server };
  try {
    await subscribe(place);
    return await comeBack(place, events);
  } finally {
    await server.stop();
    await generator.stop();
    await sink.stop();
  }
}

const text = ({ seconds, mostSeconds, detected }: Run): string =>
  `${seconds.toFixed(1)} s, 99 % ${mostSeconds.toFixed(1)} s (noticed after ${detected.median.toFixed(1)}, the last after ${detected.last.toFixed(1)} s)`;

function figure(name: string, many: readonly number[], one: readonly number[], notes: readonly string[]): Figure {
  return {
    name,
    offhook: { name: `${domains} receivers`, unit: 's', values: many },
    beside: { name: 'one receiver', unit: 's', values: one },
    scores: ratios(many, one),
    target: { atMost: 2 },
    notes,
  };
}

function figures(events: number, many: readonly Run[], one: readonly Run[]): readonly Figure[] {
  const of = (runs: readonly Run[], value: (run: Run) => number): number[] => runs.map(value);
  const middle = (runs: readonly Run[], value: (run: Run) => number): string => median(of(runs, value)).toFixed(1);
  const noticed = (runs: readonly Run[]): string => middle(runs, ({ detected }) => detected.median);
  const last = middle(many, ({ detected }) => detected.last);
  const refused = (runs: readonly Run[]): string => middle(runs, (run) => run.refused);
  const notes = [
    `of it, until a receiver was found to be back: median ${noticed(many)} s, the last ${last} s; the one receiver ${noticed(one)} s`,
    `requests refused while dead: ${refused(many)} beside ${refused(one)}`,
  ];
  const all = (run: Run): number => run.seconds;
  const most = (run: Run): number => run.mostSeconds;
  return [
    figure(`${events} events drained`, of(many, all), of(one, all), notes),
    figure('99 % of them', of(many, most), of(one, most), []),
  ];
}

export const comeback: Suite = {
  name: 'comeback',
  title: `${domains} receivers of ${domains} domains that were dead come back; beside it one that takes the same events`,
  run: async (setting: Setting) => {
    const events = setting.quick ? 100_000 : 1_000_000;
    const many: Run[] = [];
    const one: Run[] = [];
    for (let round = 0; round < setting.rounds; round++) {
      await inTurn(
        round,
        async () => void many.push(await side(events, subscribeMany, setting.profileDir)),
        async () => void one.push(await side(events, subscribeOne, null)),
      );
      setting.say(`${text(many.at(-1) as Run)} beside ${text(one.at(-1) as Run)}`);
    }
    return figures(events, many, one);
  },
};
