import type { Clock } from '../../kit/clock.ts';

/** How many events may be said in a second, over all and of one name. */
export class SecondBudget {
  readonly #clock: Clock;
  readonly #mostOfOne: number;
  readonly #most: number;
  #since = -Infinity;
  #spent = 0;
  #spentOf = new Map<string, number>();

  constructor(clock: Clock, mostOfOne: number, most: number) {
    this.#clock = clock;
    this.#mostOfOne = mostOfOne;
    this.#most = most;
  }

  /** @returns how many of `wanted` may be said now; they are spent */
  take(name: string, wanted: number): number {
    const now = this.#clock.monotonic();
    if (now - this.#since >= 1_000) {
      this.#since = now;
      this.#spent = 0;
      this.#spentOf = new Map();
    }
    const spentOf = this.#spentOf.get(name) ?? 0;
    const granted = Math.max(0, Math.min(wanted, this.#mostOfOne - spentOf, this.#most - this.#spent));
    this.#spent += granted;
    this.#spentOf.set(name, spentOf + granted);
    return granted;
  }
}
