/**
 * The receiver of every benchmark, in a process of its own: answers 204 at once and counts. It listens on all loopback
 * addresses, so that many hosts can be had of it. While it is not healthy it answers 503; `/hang` is never answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serve, sharedNow } from '../support/serve.ts';

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

const seen = { count: 0, refused: 0, headerBytes: 0, bodyBytes: 0 };
/** When each key first came; kept only where asked. */
const arrivals = new Map<string, number>();
/** When each host was first served since the reset. */
const firstByHost = new Map<string, number>();
let keepArrivals = false;
let healthy = true;
let waiters: Waiter[] = [];

function count(request: IncomingMessage): void {
  seen.count++;
  for (const text of request.rawHeaders) seen.headerBytes += text.length;
  const host = request.headers.host ?? '';
  if (!firstByHost.has(host)) firstByHost.set(host, sharedNow());
  if (keepArrivals) {
    const key = request.headers['x-offhook-event'] ?? request.headers['x-bench'];
    if (typeof key === 'string' && !arrivals.has(key)) arrivals.set(key, sharedNow());
  }
  if (waiters.length > 0) release();
}

function release(): void {
  const due = waiters.filter((waiter) => seen.count >= waiter.count);
  waiters = waiters.filter((waiter) => seen.count < waiter.count);
  for (const { resolve } of due) resolve();
}

function take(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith('/hang')) return;
  request.on('data', (chunk: Buffer) => (seen.bodyBytes += chunk.length));
  request.on('end', () => {
    if (healthy) count(request);
    else seen.refused++;
    response.writeHead(healthy ? 204 : 503).end();
  });
}

const server = createServer({ keepAliveTimeout: 60_000 }, take);
server.on('clientError', (_error, socket) => socket.destroy());

const methods = {
  listen: () =>
    new Promise<number>((resolve) => {
      server.listen({ port: 0, host: '0.0.0.0', backlog: 4_096 }, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    }),
  /** Counts from zero again. */
  reset: (options: { readonly keepArrivals?: boolean }) => {
    Object.assign(seen, { count: 0, refused: 0, headerBytes: 0, bodyBytes: 0 });
    arrivals.clear();
    firstByHost.clear();
    keepArrivals = options.keepArrivals === true;
  },
  /** @returns when it took effect, on the shared clock */
  heal: (isHealthy: boolean): number => {
    healthy = isHealthy;
    return sharedNow();
  },
  /** Resolves when so many requests were served since the reset; with the time on the shared clock. */
  reached: async (total: number): Promise<number> => {
    if (seen.count < total) await new Promise<void>((resolve) => waiters.push({ count: total, resolve }));
    return sharedNow();
  },
  seen: () => ({ ...seen }),
  arrivals: () => arrivals,
  firstByHost: () => firstByHost,
};

export type SinkMethods = typeof methods;
serve(methods);
