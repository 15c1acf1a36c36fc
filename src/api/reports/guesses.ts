/** Who tries tokens: wrong ones of an address are slowed down; right ones never are. */
import type { Clock } from '../../kit/clock.ts';

const windowMs = 60_000;
const mostWrong = 20;
/** Addresses watched; of more, the one watched for longest is let go. */
const mostAddresses = 10_000;

export class Guesses {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { since: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more wrong token. @returns seconds to wait before the next; null: it may try */
  wrong(address: string): number | null {
    const now = this.#clock.monotonic();
    const known = this.#wrong.get(address);
    const one = known && now - known.since < windowMs ? known : { since: now, count: 0 };
    one.count++;
    if (one !== known) {
      this.#wrong.delete(address);
      this.#wrong.set(address, one);
      const [oldest] = this.#wrong.keys();
      if (this.#wrong.size > mostAddresses && oldest !== undefined) this.#wrong.delete(oldest);
    }
    return one.count <= mostWrong ? null : Math.max(1, Math.ceil((one.since + windowMs - now) / 1_000));
  }
}
