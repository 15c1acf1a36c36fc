/** How fast a replay has been over the last half minute. */
interface Sample {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly cursor: number;
  readonly settled: number;
}

const windowMs = 30_000;

export class Speed {
  #samples: Sample[] = [];

  /** To be called about every second. */
  note(sample: Sample): void {
    this.#samples.push(sample);
    const firstKept = this.#samples.findIndex(({ at }) => at > sample.at - windowMs);
    // One older is kept: the window begins at it.
    if (firstKept > 1) this.#samples = this.#samples.slice(firstKept - 1);
  }

  /** Per second; null before two samples. */
  get now(): { readonly events: number; readonly deliveries: number } | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at === first.at) return null;
    const seconds = (last.at - first.at) / 1_000;
    return { events: (last.cursor - first.cursor) / seconds, deliveries: (last.settled - first.settled) / seconds };
  }
}
