import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { LaneTable } from '../lane-table.ts';

/** Endpoints that nobody uses any more, until their lanes have nothing left to do. */
export class RetiredEndpoints {
  readonly #registry: SubscriptionRegistry;
  readonly #lanes: LaneTable;
  readonly #idle: (endpoint: number) => void;
  readonly #numbers = new Set<number>();

  /** @param idle told of each, when it can be let go of */
  constructor(registry: SubscriptionRegistry, lanes: LaneTable, idle: (endpoint: number) => void) {
    this.#registry = registry;
    this.#lanes = lanes;
    this.#idle = idle;
  }

  add(endpoint: number): void {
    this.#numbers.add(endpoint);
    this.tellIdle();
  }

  /** It could not be let go of: told of again at the next look. */
  keep(endpoint: number): void {
    this.#numbers.add(endpoint);
  }

  tellIdle(): void {
    for (const number of this.#numbers) {
      const used = this.#registry.usersOf(number).length > 0;
      if (!used && !this.#isIdle(number)) continue;
      this.#numbers.delete(number);
      if (!used) this.#idle(number);
    }
  }

  #isIdle(number: number): boolean {
    const sides = this.#lanes.sidesOf(number);
    if (sides.some(({ lane }) => !lane.idle) || this.#lanes.replaysTo(number).length > 0) return false;
    return this.#lanes.find(number)?.lane.idle !== false;
  }
}
