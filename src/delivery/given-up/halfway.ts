/** Which endpoints have failed through half of a delivery's plan, and have taken nothing since. */
import type { AttemptReport } from '../attempt-observer.ts';

/** Endpoints that are remembered; beyond, the oldest may be warned of again. */
const mostEndpoints = 100_000;

export class HalfwayWatch {
  readonly #failing = new Set<number>();

  /** Endpoints that are failing so now. */
  get size(): number {
    return this.#failing.size;
  }

  /** Those that are no more. */
  forget(isThere: (endpoint: number) => boolean): void {
    for (const number of this.#failing) if (!isThere(number)) this.#failing.delete(number);
  }

  /** @returns whether its endpoint is to be warned of: for the first time since it last took something */
  note({ outcome, attempt, endpoint, subscription }: AttemptReport): boolean {
    const { number } = endpoint;
    if (outcome === 'delivered') this.#failing.delete(number);
    if (outcome !== 'failed' || !subscription || this.#failing.has(number)) return false;
    if (attempt === 0 || attempt * 2 < subscription.retry.maxAttempts) return false;
    this.#failing.add(number);
    if (this.#failing.size > mostEndpoints) for (const oldest of this.#failing) return this.#failing.delete(oldest);
    return true;
  }
}
