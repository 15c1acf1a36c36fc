import type { BarePost } from '../support/bare-client.ts';
import { type Figure, ratios } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { DrainMethods } from '../programs/drain.ts';
import type { Spent } from '../support/serve.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const program = new URL('../programs/drain.ts', import.meta.url);
const concurrency = 64;

interface Run extends Spent {
  readonly rate: number;
  /** Bytes of header names and values, and of bodies, a request. */
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** Runs one side on an empty sink and sees to it that every request came. */
async function onSink(sink: Sink, events: number, side: () => Promise<Spent>): Promise<Run> {
  await sink.call('reset', {});
  const spent = await side();
  const seen = await sink.call('seen', undefined);
  if (seen.count < events) throw new Error(`the sink got ${seen.count} of ${events} requests`);
  const each = (bytes: number): number => bytes / seen.count;
  return {
    ...spent,
    rate: (events * 1_000) / spent.ms,
    headerBytes: each(seen.headerBytes),
    bodyBytes: each(seen.bodyBytes),
  };
}

async function bareSide(post: BarePost): Promise<Spent> {
  const client = await Program.start<DrainMethods>(program);
  const spent = await client.call('bare', post);
  await client.stop();
  return spent;
}

async function round(number: number, events: number, { profileDir }: Setting): Promise<{ offhook: Run; bare: Run }> {
  const sink = await startSink();
  const offhook = await Program.start<DrainMethods>(program, { profileDir });
  try {
    const url = `${sink.url}/hook`;
    const request = await offhook.call('prepare', { url, events, concurrency });
    const runs: { offhook?: Run; bare?: Run } = {};
    await inTurn(
      number,
      async () => void (runs.offhook = await onSink(sink, events, () => offhook.call('drain', events))),
      async () => {
        runs.bare = await onSink(sink, events, () => bareSide({ ...request, url, count: events, concurrency }));
      },
    );
    return runs as { offhook: Run; bare: Run };
  } finally {
    await offhook.stop();
    await sink.stop();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function sizes(name: string, runs: readonly Run[], events: number): string {
  const header = mean(runs.map(({ headerBytes }) => headerBytes));
  const body = mean(runs.map(({ bodyBytes }) => bodyBytes));
  const micros = (ms: readonly number[]): string => ((mean(ms) * 1_000) / events).toFixed(1);
  const cpu = micros(runs.map(({ cpuMs }) => cpuMs));
  const main = micros(runs.map(({ mainMs }) => mainMs));
  return `${name} sent ${header.toFixed(0)} bytes of headers and ${body.toFixed(0)} of body a request, and used ${cpu} µs of processor for it, ${main} of them in its main thread`;
}

export const drain: Suite = {
  name: 'drain',
  title: 'a backlog to one receiver, signed, ordered, every attempt durable; beside it a bare undici client',
  run: async (setting): Promise<readonly Figure[]> => {
    const events = setting.quick ? 20_000 : 200_000;
    const offhook: Run[] = [];
    const bare: Run[] = [];
    for (let number = 0; number < setting.rounds; number++) {
      const runs = await round(number, events, setting);
      offhook.push(runs.offhook);
      bare.push(runs.bare);
      setting.say(`${runs.offhook.rate.toFixed(0)} beside ${runs.bare.rate.toFixed(0)} a second`);
    }
    const rates = (runs: readonly Run[]): number[] => runs.map(({ rate }) => rate);
    return [
      {
        name: `${events} events drained`,
        offhook: { name: 'delivered', unit: '/s', values: rates(offhook) },
        beside: { name: 'undici', unit: '/s', values: rates(bare) },
        scores: ratios(rates(offhook), rates(bare)),
        target: { atLeast: 0.6 },
        notes: [sizes('offhook', offhook, events), sizes('undici', bare, events)],
      },
    ];
  },
};
