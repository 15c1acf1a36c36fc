/**
 * Memory for bodies of requests under way, over all connections: without it, many clients that each send a large body
 * and hold back its end would have the server keep all of them.
 *
 * A tenant may have as much as is still free: alone half of it, two a third each, so that none can take the last from
 * the others. Small bodies have a part to themselves, and use the rest where that is taken; large ones only the rest.
 */
export interface BodyBudget {
  /** @param tenant what is held under one name shares its part */
  open(tenant: string): HeldBody;
  /** Bytes that are held at this moment. */
  held(): number;
}

/** What one body holds; nothing at first. */
export interface HeldBody {
  /** Whether there would be room for so many bytes; takes none. */
  fits(bytes: number): boolean;
  /** Holds so many bytes in all; false where there is no room: it then holds what it held before. */
  growTo(bytes: number): boolean;
  /** Gives all back, for good; once is enough. */
  release(): void;
}

/** A usual event has 1 kB, a batch of fifty still fits. */
export const smallBodyBytes = 65_536;
/**
 * Part of all that is for small bodies alone. Half of the rest is the most that one body may have: the configuration sees to
 * it that this is enough for the largest.
 */
const smallPart = 1 / 4;
export function createBodyBudget(bytes: number): BodyBudget {
  const small = new Pool(bytes * smallPart);
  const large = new Pool(bytes - bytes * smallPart);
  return {
    open: (tenant) => new Held(tenant, small, large),
    held: () => small.used + large.used,
  };
}

class Pool {
  used = 0;
  readonly #limit: number;
  readonly #byTenant = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  hasRoom(tenant: string, more: number): boolean {
    const own = (this.#byTenant.get(tenant) ?? 0) + more;
    return own <= this.#limit - this.used - more;
  }

  /** @param more negative: gives back */
  add(tenant: string, more: number): void {
    const own = (this.#byTenant.get(tenant) ?? 0) + more;
    if (own === 0) this.#byTenant.delete(tenant);
    else this.#byTenant.set(tenant, own);
    this.used += more;
  }
}

class Held implements HeldBody {
  readonly #tenant: string;
  readonly #small: Pool;
  readonly #large: Pool;
  #pool: Pool;
  #bytes = 0;
  #isReleased = false;

  constructor(tenant: string, small: Pool, large: Pool) {
    this.#tenant = tenant;
    this.#small = small;
    this.#large = large;
    this.#pool = small;
  }

  fits(bytes: number): boolean {
    return this.#poolFor(bytes) !== null;
  }

  growTo(bytes: number): boolean {
    if (this.#isReleased) return false;
    if (bytes <= this.#bytes) return true;
    const pool = this.#poolFor(bytes);
    if (!pool) return false;
    this.#pool.add(this.#tenant, -this.#bytes);
    pool.add(this.#tenant, bytes);
    this.#pool = pool;
    this.#bytes = bytes;
    return true;
  }

  release(): void {
    this.#isReleased = true;
    this.#pool.add(this.#tenant, -this.#bytes);
    this.#bytes = 0;
  }

  #poolFor(bytes: number): Pool | null {
    if (bytes <= smallBodyBytes && this.#takesIn(this.#small, bytes)) return this.#small;
    return this.#takesIn(this.#large, bytes) ? this.#large : null;
  }

  #takesIn(pool: Pool, bytes: number): boolean {
    return pool.hasRoom(this.#tenant, pool === this.#pool ? bytes - this.#bytes : bytes);
  }
}
