/**
 * Hands events over to the log, in order, and keeps them while it refuses.
 *
 * States: **open** -> more than `maxBytes` kept -> **full** -> everything handed over -> open; **closed** is final.
 * In each at most one hand-over is under way; what comes meanwhile goes with the next one.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { NewEvent } from '../model/event.ts';

export interface OutboxParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when the events are durable; rejects when they are refused for now. */
  readonly accept: (events: readonly NewEvent[]) => Promise<void>;
  readonly maxBytes: number;
  /** More is kept than allowed: nothing more may come until `drained`. Told once each time. */
  readonly full: () => void;
  /** All of it was handed over after it had been full. */
  readonly drained: () => void;
}

const mostPerHandOver = 500;
const firstRetryMs = 100;
const longestRetryMs = 5_000;

interface Kept {
  readonly event: NewEvent;
  readonly bytes: number;
}

export class Outbox {
  readonly #parts: OutboxParts;
  #kept: Kept[] = [];
  #bytes = 0;
  #state: 'open' | 'full' | 'closed' = 'open';
  #handingOver = false;
  #refusals = 0;
  #timer: Timer | null = null;
  #waitingForEnd: (() => void)[] = [];
  /** Whoever waits for so many more events to be taken. */
  #waitingForLog: { left: number; readonly told: (taken: boolean) => void }[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Events kept now, those under way to the log included. */
  get events(): number {
    return this.#kept.length;
  }

  push(events: readonly NewEvent[]): void {
    if (this.#state === 'closed' || events.length === 0) return;
    for (const event of events) this.#keep(event);
    this.#handOverSoon();
    if (this.#bytes <= this.#parts.maxBytes || this.#state === 'full') return;
    this.#state = 'full';
    this.#parts.full();
  }

  /** True once all that is kept now was taken; false as soon as the log refuses, or when this is closed before. */
  taken(): Promise<boolean> {
    if (this.#kept.length === 0) return Promise.resolve(this.#state !== 'closed');
    if (this.#timer || this.#state === 'closed') return Promise.resolve(false);
    return new Promise((told) => this.#waitingForLog.push({ left: this.#kept.length, told }));
  }

  /** Hands over what there is and takes nothing more; gives up when the log refuses, or after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#timer?.cancel();
    const limit = this.#parts.clock.schedule(withinMs, () => this.#end());
    const ended = new Promise<void>((resolve) => this.#waitingForEnd.push(resolve));
    if (!this.#handingOver) void this.#handOver();
    await ended;
    limit.cancel();
  }

  #keep(event: NewEvent): void {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    this.#kept.push({ event, bytes });
    this.#bytes += bytes;
  }

  /** After what is happening now, so that events of one chunk from the PBX go together. */
  #handOverSoon(): void {
    if (this.#handingOver || this.#timer) return;
    this.#handingOver = true;
    queueMicrotask(() => void this.#handOver());
  }

  async #handOver(): Promise<void> {
    this.#handingOver = true;
    while (this.#kept.length > 0) {
      const batch = this.#kept.slice(0, mostPerHandOver);
      try {
        await this.#parts.accept(batch.map(({ event }) => event));
      } catch (error) {
        this.#handingOver = false;
        return this.#refused(error);
      }
      this.#refusals = 0;
      this.#kept = this.#kept.slice(batch.length);
      for (const { bytes } of batch) this.#bytes -= bytes;
      this.#tellTaken(batch.length);
    }
    this.#handingOver = false;
    this.#emptied();
  }

  #emptied(): void {
    if (this.#state === 'closed') return this.#end();
    if (this.#state !== 'full') return;
    this.#state = 'open';
    this.#parts.drained();
  }

  #tellTaken(count: number): void {
    for (const waiting of this.#waitingForLog) waiting.left -= count;
    for (const { told } of this.#waitingForLog.filter(({ left }) => left <= 0)) told(true);
    this.#waitingForLog = this.#waitingForLog.filter(({ left }) => left > 0);
  }

  #refused(error: unknown): void {
    for (const { told } of this.#waitingForLog.splice(0)) told(false);
    if (this.#state === 'closed') return this.#end();
    this.#refusals++;
    const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#refusals - 1, 20));
    const problem = error instanceof Error ? error.message : String(error);
    const fields = { problem, kept: this.#kept.length, bytes: this.#bytes, retryMs };
    if (this.#refusals === 1)
      this.#parts.logger.warn(fields, 'the log refuses events; they are kept and offered again');
    this.#timer = this.#parts.clock.schedule(retryMs, () => {
      this.#timer = null;
      void this.#handOver();
    });
  }

  #end(): void {
    for (const { told } of this.#waitingForLog.splice(0)) told(false);
    if (this.#kept.length > 0) {
      this.#parts.logger.warn({ events: this.#kept.length }, 'stopped with events the log did not take');
    }
    this.#kept = [];
    this.#bytes = 0;
    for (const resolve of this.#waitingForEnd.splice(0)) resolve();
  }
}
