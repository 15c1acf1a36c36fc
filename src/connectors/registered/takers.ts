/** Those who had all registrations taken back, and have not let go: as long as there is one, none is wanted. */
import type { Clock } from '../../kit/clock.ts';

export class Takers {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #count = 0;
  #endAt = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  get isHeld(): boolean {
    return this.#count > 0;
  }

  /** What a run may take, milliseconds; null: as long as it needs. */
  boundMs(): number | null {
    return this.isHeld ? Math.max(0, this.#endAt - this.#clock.monotonic()) : null;
  }

  /** @returns what lets go; once is enough */
  take(withinMs: number): () => void {
    this.#count++;
    this.#endAt = this.#clock.monotonic() + withinMs;
    let isHeld = true;
    return () => {
      if (isHeld) this.#count--;
      isHeld = false;
    };
  }
}
