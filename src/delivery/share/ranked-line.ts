/**
 * A line in which who has least comes first, and among those who have as much, who has waited longest. Nobody is looked at
 * who may not go yet: what may be had is the same limit for all. Ranks are small whole numbers.
 */
export class RankedLine<T> {
  readonly #byRank: Set<T>[] = [];
  readonly #ranks = new Map<T, number>();
  /** No rank below it has anybody. */
  #lowest = 0;

  get size(): number {
    return this.#ranks.size;
  }

  has(one: T): boolean {
    return this.#ranks.has(one);
  }

  /** Who is in it already keeps its place. */
  join(one: T, rank: number): void {
    if (this.#ranks.has(one)) return;
    this.#ranks.set(one, rank);
    while (this.#byRank.length <= rank) this.#byRank.push(new Set());
    this.#byRank[rank]?.add(one);
    this.#lowest = Math.min(this.#lowest, rank);
  }

  leave(one: T): void {
    const rank = this.#ranks.get(one);
    if (rank === undefined) return;
    this.#ranks.delete(one);
    this.#byRank[rank]?.delete(one);
  }

  /** It has more or less than before; nothing where it is not in line. */
  move(one: T, rank: number): void {
    const before = this.#ranks.get(one);
    if (before === undefined || before === rank) return;
    this.leave(one);
    this.join(one, rank);
  }

  /** The first whose rank is below the limit. */
  first(limit: number): T | undefined {
    for (; this.#lowest < this.#byRank.length && this.#lowest < limit; this.#lowest++) {
      for (const one of this.#byRank[this.#lowest] ?? []) return one;
    }
    return undefined;
  }
}
