/** Counts values by size in plain numbers: an observation allocates nothing and takes some ten nanoseconds. */
export class PlainHistogram {
  /** Upper bounds, included, in growing order; what is above the last is counted as well. */
  readonly bounds: readonly number[];
  sum = 0;
  count = 0;
  readonly #counts: number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > (this.bounds[index] as number)) index++;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.sum += value;
    this.count++;
  }

  /** How many were at most as large as each bound, and at last how many there were. */
  *cumulated(): Generator<number> {
    let sum = 0;
    for (const count of this.#counts) yield (sum += count);
  }
}
