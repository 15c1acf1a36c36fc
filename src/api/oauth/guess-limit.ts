/**
 * How often wrong credentials may come from one address. A secret has 256 bits, which nobody guesses: this keeps who tries
 * from using up the server, and from filling its log.
 */
import type { Clock } from '../../kit/clock.ts';

const most = 10;
const withinMs = 60_000;
/** Addresses that are remembered; beyond, the one that was wrong longest ago is let go of. */
const mostKept = 10_000;

interface Wrong {
  count: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

export class GuessLimit {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, Wrong>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the next try is looked at; 0: at once. */
  waitMs(address: string): number {
    const known = this.#wrong.get(address);
    if (!known || known.count < most) return 0;
    return Math.max(0, known.since + withinMs - this.#clock.monotonic());
  }

  note(address: string): void {
    const now = this.#clock.monotonic();
    const known = this.#wrong.get(address);
    if (known && now < known.since + withinMs) known.count++;
    else {
      this.#wrong.delete(address);
      this.#wrong.set(address, { count: 1, since: now });
    }
    if (this.#wrong.size > mostKept) this.#wrong.delete(this.#wrong.keys().next().value as string);
  }
}
