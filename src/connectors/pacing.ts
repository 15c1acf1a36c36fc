import type { Clock } from '../kit/clock.ts';

/** So much may be saved up, and come at once. */
const mostSavedMs = 10_000;
const minuteMs = 60_000;

/** At most so many a minute, in the long run: whoever got hold of a token calls no thousand numbers. */
export class Pacing {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Time that a turn takes, milliseconds. */
  readonly #costMs: number;
  #savedMs: number;
  #at: number;

  constructor(clock: Pick<Clock, 'monotonic'>, perMinute: number) {
    this.#clock = clock;
    this.#costMs = minuteMs / perMinute;
    this.#savedMs = Math.max(this.#costMs, mostSavedMs);
    this.#at = clock.monotonic();
  }

  /** Takes a turn. Answers how many milliseconds to wait for one; 0: it was taken. */
  take(): number {
    const now = this.#clock.monotonic();
    this.#savedMs = Math.min(Math.max(this.#costMs, mostSavedMs), this.#savedMs + now - this.#at);
    this.#at = now;
    if (this.#savedMs < this.#costMs) return Math.ceil(this.#costMs - this.#savedMs);
    this.#savedMs -= this.#costMs;
    return 0;
  }
}
