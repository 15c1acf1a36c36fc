/** How often tests may be sent: one at a time and one in two seconds for each subscription, so many over all. */
import type { Clock } from '../../kit/clock.ts';

const apartMs = 2_000;
const mostUnderWay = 20;
/** Beyond so many remembered times, those that are over are let go of. */
const mostKept = 1_000;

export class TestLimit {
  readonly #clock: Clock;
  /** By subscription: monotonic time of the next one; Infinity while one is under way. */
  readonly #nextAt = new Map<number, number>();
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds to wait; 0: it may be sent, and `ended` has to be called after it */
  begin(subscription: number): number {
    const now = this.#clock.monotonic();
    const waitMs = (this.#nextAt.get(subscription) ?? now) - now;
    if (waitMs > 0) return Math.min(waitMs, apartMs);
    if (this.#underWay >= mostUnderWay) return apartMs;
    this.#underWay++;
    this.#nextAt.set(subscription, Infinity);
    return 0;
  }

  ended(subscription: number): void {
    const now = this.#clock.monotonic();
    this.#underWay--;
    this.#nextAt.set(subscription, now + apartMs);
    if (this.#nextAt.size < mostKept) return;
    for (const [number, at] of this.#nextAt) if (at <= now) this.#nextAt.delete(number);
  }
}
