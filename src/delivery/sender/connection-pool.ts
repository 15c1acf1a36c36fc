/**
 * The connections to one origin under one address rule. A connection carries one request at a time and is kept open
 * for the next; the most recently used is taken first, so that the others can grow idle and close.
 *
 * A connection is `busy` (one job on it), `idle` (kept for the next), or gone (dropped: whatever was on it failed, or
 * the pool is closing). A job waits in line only while all that are permitted are busy.
 */
import type net from 'node:net';
import { Client } from 'undici';
import type { Clock } from '../../kit/clock.ts';
import type { Connector } from './connector.ts';

export interface Connection {
  readonly client: Client;
  /** Whether the request on it went over a socket that had been idle for so long; 0 where it was opened for it. */
  idleMs: number;
}

/** What wants a connection. */
export interface Job {
  /** True once nobody waits for it any more. */
  readonly done: boolean;
  run(connection: Connection): void;
}

export interface PoolOptions {
  readonly origin: string;
  readonly connect: Connector;
  readonly clock: Clock;
  /** Connections at a time. */
  readonly maxConnections: number;
  /** An idle connection is closed after this, unless the receiver asked for less. */
  readonly keepAliveMs: number;
}

/** A receiver that asks for longer is not given more than this. */
const longestKeepAliveMs = 60_000;
/** A connection older than this is replaced when it is free, so that a receiver that moved is found at its new address. */
const longestUseMs = 600_000;
const maxHeaderBytes = 16_384;

interface Held extends Connection {
  socket: net.Socket | null;
  openedAt: number;
  idleSince: number;
}

export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: Held[] = [];
  readonly #open = new Set<Held>();
  #waiting: Job[] = [];
  #waitingFrom = 0;
  #lastUsed = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** True while a request is under way or waits. */
  get busy(): boolean {
    return this.#open.size > this.#idle.length || this.#waitingFrom < this.#waiting.length;
  }

  /** Monotonic time of the last completed request. */
  get lastUsed(): number {
    return this.#lastUsed;
  }

  /** @param now monotonic */
  run(job: Job, now: number): void {
    const idle = this.#idle.pop();
    if (idle) return this.#runOn(idle, job, now);
    if (this.#open.size < this.#options.maxConnections) return job.run(this.#openOne());
    this.#waiting.push(job);
  }

  /** Runs it on a connection that was never used, beyond the limit if need be: it replaces one that just broke. */
  runFresh(job: Job): void {
    job.run(this.#openOne());
  }

  /** The request on it went well: it serves the next one. */
  release(connection: Connection, now: number): void {
    const held = connection as Held;
    held.idleSince = this.#lastUsed = now;
    if (now - held.openedAt > longestUseMs) return this.drop(held);
    const next = this.#nextWaiting();
    if (next) return this.#runOn(held, next, now);
    this.#idle.push(held);
  }

  /** Whatever was on it is over: closes it, connecting or connected. */
  drop(connection: Connection): void {
    const held = connection as Held;
    if (!this.#open.delete(held)) return;
    this.#lastUsed = this.#options.clock.monotonic();
    queueMicrotask(() => void this.#destroy(held));
    if (this.#open.size >= this.#options.maxConnections) return;
    const next = this.#nextWaiting();
    if (next) next.run(this.#openOne());
  }

  /** Closes every connection; jobs that wait are the caller's to end. */
  async close(): Promise<void> {
    const all = [...this.#open];
    this.#open.clear();
    this.#idle.length = 0;
    this.#waiting = [];
    this.#waitingFrom = 0;
    await Promise.all(all.map((held) => this.#destroy(held)));
  }

  #runOn(held: Held, job: Job, now: number): void {
    held.idleMs = now - held.idleSince;
    job.run(held);
  }

  #nextWaiting(): Job | null {
    while (this.#waitingFrom < this.#waiting.length) {
      const job = this.#waiting[this.#waitingFrom++];
      if (job && !job.done) return job;
    }
    this.#waiting = [];
    this.#waitingFrom = 0;
    return null;
  }

  #openOne(): Held {
    const { origin, connect, keepAliveMs } = this.#options;
    const client = new Client(origin, {
      pipelining: 1,
      allowH2: false,
      // The exchange has one deadline over everything, so undici keeps no timers of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: longestKeepAliveMs,
      connect: (_options, connected) => {
        held.idleMs = 0;
        held.openedAt = this.#options.clock.monotonic();
        held.socket = connect((error, socket) => {
          if (socket) connected(null, socket);
          else connected(error ?? new Error('no socket'), null);
        });
      },
    });
    const held: Held = { client, idleMs: 0, socket: null, openedAt: 0, idleSince: 0 };
    this.#open.add(held);
    return held;
  }

  async #destroy(held: Held): Promise<void> {
    held.socket?.destroy();
    await held.client.destroy();
  }
}
