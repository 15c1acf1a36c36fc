/** At most so many requests a second, evenly: a token bucket that holds a tenth of a second's worth. Pure. */
export class RateLimit {
  #perSecond: number | null;
  #tokens = 1;
  #at = 0;

  constructor(perSecond: number | null) {
    this.#perSecond = perSecond;
  }

  set(perSecond: number | null): void {
    this.#perSecond = perSecond;
  }

  /** Monotonic time from which one more request may start; at most `now` when it may start at once. */
  readyAt(now: number): number {
    if (this.#perSecond === null) return now;
    this.#fill(now, this.#perSecond);
    return this.#tokens >= 1 ? now : now + ((1 - this.#tokens) * 1000) / this.#perSecond;
  }

  take(): void {
    if (this.#perSecond !== null) this.#tokens -= 1;
  }

  /** What was taken was not used: no request went out. */
  giveBack(): void {
    if (this.#perSecond !== null) this.#tokens += 1;
  }

  #fill(now: number, perSecond: number): void {
    const most = Math.max(1, perSecond / 10);
    this.#tokens = Math.min(most, this.#tokens + ((now - this.#at) * perSecond) / 1000);
    this.#at = now;
  }
}
