/** When a registrar looks next: soon, since the records changed, or later, since something has to be tried again. */
import type { Clock, Timer } from '../../kit/clock.ts';

/** A change of the mapping is mostly several requests. */
const settleMs = 2_000;

export class Agenda {
  readonly #clock: Clock;
  readonly #act: () => void;
  #timer: Timer | null = null;
  #isResting = false;
  #isClosed = false;

  constructor(clock: Clock, act: () => void) {
    this.#clock = clock;
    this.#act = act;
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  /** A look is enough for all that asked for one before it began. */
  soon(afterMs = settleMs): void {
    if (this.#timer !== null && !this.#isResting) return;
    this.#set(afterMs, false);
  }

  /** Unless it is to look sooner anyway. */
  later(afterMs: number): void {
    if (this.#timer === null) this.#set(afterMs, true);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#isResting = false;
  }

  #set(afterMs: number, isResting: boolean): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#isResting = isResting;
    this.#timer = this.#clock.schedule(afterMs, () => {
      this.#timer = null;
      this.#isResting = false;
      this.#act();
    });
  }
}
