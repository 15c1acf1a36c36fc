import type { Clock, Timer } from './clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A clock for tests and replays: time moves only when `advance` is called, timers run in due order. With `lookMs` it is
 * more like a machine's: it goes on by so much whenever somebody looks at it, and timers run up to 1 ms early.
 */
export class ManualClock implements Clock {
  /** Milliseconds that pass with each look at the monotonic clock. */
  lookMs = 0;
  #now: number;
  #monotonic = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    const now = this.#monotonic;
    if (this.lookMs > 0) this.compute(this.lookMs);
    return now;
  }

  schedule(delayMs: number, run: () => void): Timer {
    const waitMs = Math.max(0, this.lookMs > 0 ? Math.floor(delayMs) : delayMs);
    const pending = { at: this.#monotonic + waitMs, order: this.#order++, run };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Monotonic time of the next timer, or null when none is pending. */
  nextDue(): number | null {
    return this.#next()?.at ?? null;
  }

  /** Moves both clocks on by `ms`, running every timer that falls due on the way, at its own time. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#pending.delete(next);
      this.#moveTo(next.at);
      next.run();
    }
    this.#moveTo(end);
  }

  /** Something computes for so long: no timer runs meanwhile. */
  compute(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
  }

  /** Sets the wall clock, as an operator or NTP would; timers are monotonic and do not move. */
  setWall(ms: number): void {
    this.#now = ms;
  }

  #moveTo(monotonic: number): void {
    // A timer that fell due while something computed runs late.
    if (monotonic <= this.#monotonic) return;
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #next(): Pending | undefined {
    let best: Pending | undefined;
    for (const pending of this.#pending) {
      if (!best || pending.at < best.at || (pending.at === best.at && pending.order < best.order)) best = pending;
    }
    return best;
  }
}
