/**
 * Hands events over to whoever keeps them, in order and one batch at a time.
 *
 *   empty ──put──> sending ──accepted──> sending / empty
 *                  sending ──refused──> waiting ──after a while──> sending
 *
 * What is refused stays at the head and is offered again. At `mostWaiting` events it is full, and whoever makes them has
 * to stop until it says `onRoom`.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { NewEvent } from '../../model/event.ts';

const mostWaiting = 20_000;
/** Below this there is room again: far enough under the limit that makers are not stopped at every event. */
const roomyAgain = 5_000;
const largestBatch = 500;
const firstDelayMs = 250;
const longestDelayMs = 15_000;
/** How long `close` waits for what is not durable yet. */
const closeWithinMs = 3_000;

export interface OutletParts {
  readonly clock: Clock;
  accept(events: readonly NewEvent[]): Promise<void>;
  /** It refuses for the first time, or takes events again (null). */
  onTrouble(problem: string | null): void;
  onFull(): void;
  onRoom(): void;
}

export class Outlet {
  readonly #parts: OutletParts;
  #waiting: NewEvent[] = [];
  #isFull = false;
  #isBusy = false;
  #delayMs = 0;
  #timer: Timer | null = null;
  #isClosed = false;
  #onEmpty: (() => void) | null = null;
  /** Whoever waits for so many more events to be durable. */
  #waitingForLog: { left: number; readonly told: (taken: boolean) => void }[] = [];

  constructor(parts: OutletParts) {
    this.#parts = parts;
  }

  /** Events that are not durable yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  put(events: readonly NewEvent[]): void {
    if (this.#isClosed) return;
    for (const event of events) this.#waiting.push(event);
    if (!this.#isFull && this.#waiting.length >= mostWaiting) {
      this.#isFull = true;
      this.#parts.onFull();
    }
    this.#send();
  }

  /** True once all that waits now is durable; false as soon as it is refused, or when this is closed before. */
  taken(): Promise<boolean> {
    if (this.#isClosed || this.#timer !== null) return Promise.resolve(false);
    if (this.#waiting.length === 0) return Promise.resolve(true);
    return new Promise((told) => this.#waitingForLog.push({ left: this.#waiting.length, told }));
  }

  /** Waits a moment for what is not durable yet, then lets go of it. */
  async close(): Promise<void> {
    if (this.#isBusy || this.#waiting.length > 0) await this.#emptied();
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#waiting = [];
    for (const { told } of this.#waitingForLog.splice(0)) told(false);
  }

  #emptied(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.clock.schedule(closeWithinMs, resolve);
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #send(): void {
    if (this.#isBusy || this.#timer !== null || this.#waiting.length === 0 || this.#isClosed) return;
    this.#isBusy = true;
    const batch = this.#waiting.slice(0, largestBatch);
    // An accept that throws instead of rejecting is a refusal too.
    void Promise.resolve()
      .then(() => this.#parts.accept(batch))
      .then(
        () => this.#accepted(batch.length),
        (error: unknown) => this.#refused(error),
      );
  }

  #accepted(count: number): void {
    this.#isBusy = false;
    this.#waiting.splice(0, count);
    for (const waiting of this.#waitingForLog) waiting.left -= count;
    for (const { told } of this.#waitingForLog.filter(({ left }) => left <= 0)) told(true);
    this.#waitingForLog = this.#waitingForLog.filter(({ left }) => left > 0);
    if (this.#delayMs > 0) this.#parts.onTrouble(null);
    this.#delayMs = 0;
    if (this.#waiting.length === 0) this.#onEmpty?.();
    if (this.#isFull && this.#waiting.length <= roomyAgain) {
      this.#isFull = false;
      this.#parts.onRoom();
    }
    this.#send();
  }

  #refused(error: unknown): void {
    this.#isBusy = false;
    for (const { told } of this.#waitingForLog.splice(0)) told(false);
    if (this.#isClosed) return;
    if (this.#delayMs === 0) this.#parts.onTrouble(error instanceof Error ? error.message : String(error));
    this.#delayMs = Math.min(longestDelayMs, Math.max(firstDelayMs, this.#delayMs * 2));
    this.#timer = this.#parts.clock.schedule(this.#delayMs, () => {
      this.#timer = null;
      this.#send();
    });
  }
}
