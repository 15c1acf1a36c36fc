/**
 * How often wrong credentials for one token may come from one address. A secret has 256 bits, which nobody guesses: this
 * tells a program that tries on and on to stop. Others at the same address, behind one proxy say, log in as before.
 */
import type { Clock } from '../../kit/clock.ts';

const withinMs = 60_000;
/** So many are remembered; beyond, the one whose count began longest ago is let go of. */
const mostKept = 10_000;

interface Wrong {
  count: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

export class GuessLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #wrong = new Map<string, Wrong>();

  /** @param most wrong ones within a minute that are answered like the first */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Milliseconds until the next try is looked at; 0: at once. */
  waitMs(address: string, tokenId = ''): number {
    const known = this.#wrong.get(keyOf(address, tokenId));
    if (!known || known.count < this.#most) return 0;
    return Math.max(0, known.since + withinMs - this.#clock.monotonic());
  }

  /** One more wrong one. @param tokenId public id of the token it was for, where it names one */
  note(address: string, tokenId = ''): void {
    const now = this.#clock.monotonic();
    const key = keyOf(address, tokenId);
    const known = this.#wrong.get(key);
    if (known && now < known.since + withinMs) known.count++;
    else {
      this.#wrong.delete(key);
      this.#wrong.set(key, { count: 1, since: now });
    }
    if (this.#wrong.size > mostKept) this.#wrong.delete(this.#wrong.keys().next().value as string);
  }
}

/** What can't be a token's id is one, so that no length of text is kept. */
const keyOf = (address: string, tokenId: string): string =>
  `${address} ${/^[0-9a-f]{16}$/.test(tokenId) ? tokenId : ''}`;
