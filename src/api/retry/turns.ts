/** Work of one name goes one after the other, and a bounded number of requests waits for it; that of others goes on. */
import { createTurns, type InTurn } from '../../tenants/context.ts';

export class NamedTurns<Name> {
  readonly #most: number;
  /** Those that somebody is in or waits for, and how many do. */
  readonly #turns = new Map<Name, { readonly inTurn: InTurn; entered: number }>();

  /** @param most of each name, the one under way among them */
  constructor(most: number) {
    this.#most = most;
  }

  /** Null: too many wait already. */
  async enter<T>(name: Name, run: () => Promise<T>): Promise<T | null> {
    const turns = this.#turns.get(name) ?? { inTurn: createTurns(), entered: 0 };
    if (turns.entered >= this.#most) return null;
    turns.entered++;
    this.#turns.set(name, turns);
    try {
      return await turns.inTurn(run);
    } finally {
      if (--turns.entered === 0) this.#turns.delete(name);
    }
  }
}
