import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Figure, median, ratios } from '../support/figure.ts';
import { type Generator, startGenerator } from '../support/generator.ts';
import { type Latency, measureLatency } from '../support/latency.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';
import { removeDir, temporaryDir } from '../support/temporary.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const perSecond = 500;
const warmUpSeconds = 1;
/** In each round the sides take turns so often: what else the machine does meets both. */
const turns = 5;

/** Backups, one after the other, until told to stop: all of the measured time is spent in one. */
class Backups {
  readonly #dataDir: string;
  readonly #into = temporaryDir();
  readonly #running: Promise<void>;
  #child: ChildProcess | null = null;
  #stopped = false;
  made = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
    await this.#running;
    removeDir(this.#into);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const args = [main, 'backup', `${this.#into}/${this.made}`, '--data-dir', this.#dataDir];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      this.#child = child;
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code === 0) this.made++;
      else if (!this.#stopped) throw new Error(`a backup failed: ${said}`);
    }
  }
}

interface Measured {
  readonly beside: Latency;
  readonly without: Latency;
  readonly backups: number;
}

async function fill(generator: Generator, { url, token }: BenchServer, events: number): Promise<void> {
  const to = { url: `${url}/v1/events`, token, concurrency: 4 };
  // Of a domain nobody listens to: they are what there is to copy.
  await generator.call('fill', { to, plan: { events, batchSize: 500, domains: 1 } });
}

async function measure(
  generator: Generator,
  sink: Sink,
  server: BenchServer,
  seconds: number,
  run: string,
): Promise<Latency> {
  const plan = { url: `${server.url}/v1/events`, token: server.token, concurrency: 64, perSecond, extensions: ['101'] };
  await measureLatency(generator, sink, { ...plan, seconds: warmUpSeconds, run: `${run}-warm` });
  return measureLatency(generator, sink, { ...plan, seconds, run });
}

async function round(number: number, events: number, { quick, profileDir }: Setting): Promise<Measured> {
  const [sink, generator] = await Promise.all([startSink(), startGenerator()]);
  const server = await BenchServer.start({ profileDir });
  const seconds = quick ? 4 : 10;
  try {
    await fill(generator, server, events);
    await server.subscribe({ url: `${sink.url}/hook`, domain: 'domain-0', maxInFlight: 64 });
    const beside: Latency[] = [];
    const without: Latency[] = [];
    let made = 0;
    for (let turn = 0; turn < turns; turn++) {
      await inTurn(
        number + turn,
        async () => {
          const backups = new Backups(server.dataDir);
          try {
            beside.push(await measure(generator, sink, server, seconds, `beside-${turn}`));
          } finally {
            await backups.stop();
          }
          made += backups.made;
        },
        async () => void without.push(await measure(generator, sink, server, seconds, `without-${turn}`)),
      );
    }
    return { beside: middle(beside), without: middle(without), backups: made };
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

export const backup: Suite = {
  name: 'backup',
  title: `delivery at ${perSecond} events a second while the store is backed up again and again; beside it without`,
  run: async (setting) => {
    const events = setting.quick ? 300_000 : 1_000_000;
    const rounds: Measured[] = [];
    for (let number = 0; number < setting.rounds; number++) {
      const measured = await round(number, events, setting);
      rounds.push(measured);
      const text = ({ median: middle, p99 }: Latency): string => `${middle.toFixed(2)} and ${p99.toFixed(2)}`;
      setting.say(
        `median and p99 ${text(measured.beside)} beside ${text(measured.without)} ms, ${measured.backups} backups`,
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
    name: `p99, ${events} events to copy`,
    offhook: { name: 'during a backup', unit: 'ms', values: beside },
    beside: { name: 'without', unit: 'ms', values: without },
    scores: ratios(beside, without),
    target: { atMost: 1.5 },
    notes: [
      `medians ${medians('beside')} beside ${medians('without')} ms`,
      `whole backups in each round: ${rounds.map(({ backups }) => backups).join(', ')}`,
    ],
  };
}
