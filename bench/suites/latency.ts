import { timeDurableWrites } from '../support/durable-write.ts';
import { type Figure, median, ratios } from '../support/figure.ts';
import { startGenerator } from '../support/generator.ts';
import { type Latency, measureLatency } from '../support/latency.ts';
import { BenchServer } from '../support/server.ts';
import { startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const perSecond = 500;
const concurrency = 64;
const extensions = ['101'];
/** Each side first gets some events that do not count: code runs fast and connections are open after them. */
const warmUpSeconds = 3;

async function round(
  number: number,
  seconds: number,
  { profileDir }: Setting,
): Promise<{ offhook: Latency; direct: Latency }> {
  const [sink, generator] = await Promise.all([startSink(), startGenerator()]);
  const server = await BenchServer.start({ profileDir });
  try {
    const hook = `${sink.url}/hook`;
    await server.subscribe({ url: hook, domain: 'domain-0', maxInFlight: concurrency, signed: true });
    const measure = async (url: string, side: string): Promise<Latency> => {
      const plan = { url, token: server.token, concurrency, perSecond, extensions };
      await measureLatency(generator, sink, { ...plan, seconds: warmUpSeconds, run: `${side}-warm` });
      return measureLatency(generator, sink, { ...plan, seconds, run: side });
    };
    const result: { offhook?: Latency; direct?: Latency } = {};
    await inTurn(
      number,
      async () => void (result.offhook = await measure(`${server.url}/v1/events`, 'offhook')),
      async () => void (result.direct = await measure(hook, 'direct')),
    );
    return result as { offhook: Latency; direct: Latency };
  } finally {
    await server.stop();
    await generator.stop();
    await sink.stop();
  }
}

function figure(name: string, offhook: readonly number[], direct: readonly number[], notes: readonly string[]): Figure {
  return {
    name,
    offhook: { name: 'through Offhook', unit: 'ms', values: offhook },
    beside: { name: 'straight', unit: 'ms', values: direct },
    scores: ratios(offhook, direct),
    target: { atMost: 5 },
    notes,
  };
}

export const latency: Suite = {
  name: 'latency',
  title: `from the producer's request to the receiver's, at ${perSecond} events a second; beside it straight to the receiver`,
  run: async (setting) => {
    const seconds = setting.quick ? 6 : 20;
    const offhook: Latency[] = [];
    const direct: Latency[] = [];
    const disk: { readonly median: number; readonly p99: number }[] = [];
    for (let number = 0; number < setting.rounds; number++) {
      const result = await round(number, seconds, setting);
      offhook.push(result.offhook);
      direct.push(result.direct);
      disk.push(await timeDurableWrites());
      const text = (run: Latency): string => `${run.median.toFixed(2)} and ${run.p99.toFixed(2)}`;
      setting.say(`median and p99 ${text(result.offhook)} beside ${text(result.direct)} ms`);
    }
    const medians = (runs: readonly Latency[]): number[] => runs.map((run) => run.median);
    const p99s = (runs: readonly Latency[]): number[] => runs.map(({ p99 }) => p99);
    const answered = (runs: readonly Latency[]): string => median(runs.map((run) => run.answered)).toFixed(2);
    const note = `the producer had its answer after ${answered(offhook)} beside ${answered(direct)} ms (median)`;
    const write = (value: 'median' | 'p99'): string =>
      `one durable write of a page, which an event may not be sent before: ${median(disk.map((one) => one[value])).toFixed(2)} ms (${value})`;
    return [
      figure('median', medians(offhook), medians(direct), [note, write('median')]),
      figure('p99', p99s(offhook), p99s(direct), [write('p99')]),
    ];
  },
};
