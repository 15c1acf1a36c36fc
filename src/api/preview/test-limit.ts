/**
 * How often tests may be sent: one at a time and one in two seconds for each subscription, and so many at a time for each
 * domain and over all, so that nobody whose receivers hang takes the places of everybody.
 */
import type { Clock } from '../../kit/clock.ts';

const apartMs = 2_000;
const mostUnderWay = 20;
const mostOfDomain = 3;
/** Beyond so many remembered times, those that are over are let go of. */
const mostKept = 1_000;

export interface TestRefusal {
  readonly waitMs: number;
  readonly why: string;
}

export class TestLimit {
  readonly #clock: Clock;
  /** By subscription: monotonic time of the next one; Infinity while one is under way. */
  readonly #nextAt = new Map<number, number>();
  /** How many are under way, by domain; none is left out. */
  readonly #ofDomain = new Map<string, number>();
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param domain a name that no other domain has, whoever its reseller is
   * @returns null: it may be sent, and `ended` has to be called after it, for the same domain
   */
  begin(subscription: number, domain: string): TestRefusal | null {
    const now = this.#clock.monotonic();
    const waitMs = (this.#nextAt.get(subscription) ?? now) - now;
    if (waitMs === Infinity) return { waitMs: apartMs, why: 'A test of this subscription is under way.' };
    if (waitMs > 0) return { waitMs, why: 'A test of this subscription was just sent.' };
    const ofDomain = this.#ofDomain.get(domain) ?? 0;
    if (ofDomain >= mostOfDomain) return underWay(ofDomain, 'of this domain');
    if (this.#underWay >= mostUnderWay) return underWay(this.#underWay, 'on this server');
    this.#underWay++;
    this.#ofDomain.set(domain, ofDomain + 1);
    this.#nextAt.set(subscription, Infinity);
    return null;
  }

  /** @param wasSent where nothing was, the next one has nothing to keep its distance from */
  ended(subscription: number, domain: string, wasSent: boolean): void {
    const now = this.#clock.monotonic();
    this.#underWay--;
    const left = (this.#ofDomain.get(domain) ?? 1) - 1;
    if (left === 0) this.#ofDomain.delete(domain);
    else this.#ofDomain.set(domain, left);
    if (wasSent) this.#nextAt.set(subscription, now + apartMs);
    else this.#nextAt.delete(subscription);
    if (this.#nextAt.size < mostKept) return;
    for (const [number, at] of this.#nextAt) if (at <= now) this.#nextAt.delete(number);
  }
}

const underWay = (count: number, where: string): TestRefusal => ({
  waitMs: apartMs,
  why: `${count} tests ${where} are under way, and there may be no more at a time.`,
});
