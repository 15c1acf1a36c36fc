/** Receivers that write down what arrived when, and what they answered. Some of them are flaky. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Random } from '../../../src/kit/random.ts';

export interface Arrival {
  /** Event id, delivery id and attempt as the headers say. */
  readonly event: string;
  readonly delivery: string;
  readonly attempt: number;
  /** Which run of the server sent it, from 0. */
  readonly run: number;
  /** When it arrived, by `performance.now()`. */
  readonly at: number;
  /** When a 2xx was handed to the system; null: it was not. */
  answeredAt: number | null;
}

/** What a receiver does with a request. `reset` closes the connection, `hang` never answers. */
export type Mood = 'take' | 'fail' | 'reset' | 'hang';

export interface CrashReceiver {
  readonly name: string;
  readonly url: string;
  /** In the order in which they arrived. */
  readonly arrivals: readonly Arrival[];
  /** Events answered with 2xx at least once. */
  readonly taken: ReadonlySet<string>;
  /** Resolves when `holds` does; looked at after every 2xx. */
  until(holds: () => boolean, timeoutMs: number): Promise<void>;
  /** Resolves when no connection is open: what a dead sender had sent is read by then. */
  allClosed(): Promise<void>;
  stop(): Promise<void>;
}

/** A quarter of a flaky receiver's failures come in runs, as long as it takes for a breaker to open. */
export function flakyMood(failure: Mood, share: number, random: Random): () => Mood {
  let left = 0;
  return () => {
    if (left > 0) {
      left--;
      return failure;
    }
    const chance = random.next();
    if (chance < share / 24) left = 7;
    return chance < share ? failure : 'take';
  };
}

/** @param run which run of the server is on now */
export async function startCrashReceiver(
  name: string,
  run: () => number,
  mood: (() => Mood) | null = null,
): Promise<CrashReceiver> {
  const arrivals: Arrival[] = [];
  const taken = new Set<string>();
  const watchers = new Set<() => void>();
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const arrival: Arrival = {
      event: header(request, 'x-offhook-event'),
      delivery: header(request, 'x-offhook-delivery'),
      attempt: Number(header(request, 'x-offhook-attempt')),
      run: run(),
      at: performance.now(),
      answeredAt: null,
    };
    arrivals.push(arrival);
    request.on('error', () => {});
    response.on('error', () => {});
    request.resume();
    const answer = mood?.() ?? 'take';
    if (answer === 'hang') return;
    if (answer === 'reset') return void request.socket.destroy();
    response.statusCode = answer === 'take' ? 204 : 503;
    response.end(() => {
      if (answer !== 'take') return;
      arrival.answeredAt = performance.now();
      taken.add(arrival.event);
      for (const watcher of watchers) watcher();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrivals,
    taken,
    until: (holds, timeoutMs) => untilHolds(watchers, holds, timeoutMs, name),
    allClosed: async () => {
      while (sockets.size > 0) await Promise.all([...sockets].map((socket) => once(socket, 'close')));
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function header(request: http.IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function untilHolds(watchers: Set<() => void>, holds: () => boolean, timeoutMs: number, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(late);
      watchers.delete(look);
    };
    const late = setTimeout(() => {
      end();
      reject(new Error(`${name} still waits after ${timeoutMs} ms`));
    }, timeoutMs);
    const look = (): void => {
      if (!holds()) return;
      end();
      resolve();
    };
    watchers.add(look);
    look();
  });
}
