/**
 * What all lanes together hold in memory, and how much of it one lane may. While there is room for all, a lane may hold
 * what its own limits allow. Past that
 *
 *   - a lane holds waiting deliveries for its window only, and of large events one;
 *   - a lane parks on while it has fewer than are still free, so that some are always left for others; a hundred it
 *     may have in any case, since a lane that is full reads nothing.
 *
 * Lanes that read on their own share the room for waiting deliveries evenly: each of them has a backlog.
 */
export interface LaneMemoryLimits {
  /** Waiting deliveries. */
  readonly waiting: number;
  /** Characters of JSON of their events. */
  readonly waitingSize: number;
  /** Parked deliveries that are tried by themselves: about 700 bytes each. */
  readonly parked: number;
  /** Parked deliveries behind those: 16 bytes each. */
  readonly behind: number;
}

const parkedInAnyCase = 100;

export class LaneMemory {
  waiting = 0;
  waitingSize = 0;
  parked = 0;
  behind = 0;
  /** Lanes that read on their own. */
  readers = 0;
  readonly #limits: LaneMemoryLimits;

  constructor(limits: LaneMemoryLimits) {
    this.#limits = limits;
  }

  /** Deliveries that may wait in a lane with this window. */
  waitingShare(attached: boolean, window: number): number {
    const needed = 2 * window;
    if (!attached) return Math.max(needed, Math.ceil(this.#limits.waiting / Math.max(1, this.readers)));
    return this.waiting < this.#limits.waiting ? Infinity : needed;
  }

  /** Characters of their events that they may have before another one comes to wait; 0: only where none waits. */
  sizeShare(): number {
    return this.waitingSize < this.#limits.waitingSize ? this.#limits.waitingSize / 4 : 0;
  }

  parkedShare(): number {
    return Math.max(parkedInAnyCase, this.#limits.parked - this.parked);
  }

  behindShare(): number {
    return Math.max(parkedInAnyCase, this.#limits.behind - this.behind);
  }
}
