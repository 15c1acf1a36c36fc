import { besideSuite, type Work } from '../support/beside.ts';
import { median } from '../support/figure.ts';
import type { BenchServer } from '../support/server.ts';

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
class Searching implements Work<readonly number[]> {
  readonly #took: number[] = [];
  readonly #server: BenchServer;
  readonly #since: number;
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(server: BenchServer, since: number) {
    this.#server = server;
    this.#since = since;
    this.#running = this.#run();
  }

  /** @returns how long each took, milliseconds */
  async stop(): Promise<readonly number[]> {
    this.#stopped = true;
    await this.#running;
    return this.#took;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const begin = performance.now();
      await this.#server.text(searchAt(turn, this.#since, Date.now()));
      this.#took.push(performance.now() - begin);
      await wait(Math.max(0, searchEveryMs - (performance.now() - begin)));
    }
  }
}

export const searching = besideSuite<readonly number[]>({
  name: 'searching',
  title: 'while somebody searches, one search after the other',
  events: { whole: 1_000_000, quick: 100_000 },
  labels: { side: 'while somebody searches', purpose: 'to search' },
  atMost: 1.2,
  fill: async (generator, server, events) => {
    const to = { url: `${server.url}/v1/events`, token: server.token, concurrency: 4 };
    await generator.call('fill', { to, plan: { events, batchSize: 500, domains: 10 } });
    // With its journal up to date.
    while ((await server.get<{ behind: number }>('/v1/calls?limit=1')).behind > 0) await wait(lookEveryMs);
  },
  begin: (server, since) => new Searching(server, since),
  counted: (done) => `${done.flat().length} searches of ${median(done.flat()).toFixed(1)} ms`,
});
