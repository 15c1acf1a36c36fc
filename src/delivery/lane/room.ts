/**
 * Whether and how much a lane may read. The one place that decides it, for the router's offers, for the catch-up reader
 * and for coming back into the router's step.
 *
 * A lane has room while all of these hold; a limit that was reached keeps it from being read for until there is room
 * for a good part of a page again, since a page that is read for one event costs as much as one for five hundred:
 *   - fewer deliveries wait than its limits and its share of memory allow (resumes at half);
 *   - their events are not larger than its share of memory allows (resumes at half);
 *   - fewer are unsettled, or settled behind one that is not, than can be remembered (resumes at half);
 *   - fewer are parked, by themselves and behind others, than it may have (resumes at nine tenths).
 * While its breaker is open it has room for one, its probe, and is read for when that may go.
 */
import type { LaneLimits } from './limits.ts';
import type { LaneMemory } from './memory.ts';
import type { Order } from './order.ts';
import type { Progress } from './progress.ts';

/** What it has to know of the lane. */
export interface ReadingLane {
  readonly attached: boolean;
  readonly readPosition: number;
  readonly paused: boolean;
  readonly endpoint: { readonly maxInFlight: number };
  readonly breaker: { readonly state: string; readonly probeAt: number };
  readonly inFlight: number;
  /** Requests under way that have to end before it may read on. */
  readonly untracked: number;
}

export class Room {
  readonly #lane: ReadingLane;
  readonly #order: Order;
  readonly #progress: Progress;
  readonly #limits: LaneLimits;
  readonly #memory: LaneMemory;
  #parkedFull = false;

  constructor(lane: ReadingLane, order: Order, progress: Progress, limits: LaneLimits, memory: LaneMemory) {
    this.#lane = lane;
    this.#order = order;
    this.#progress = progress;
    this.#limits = limits;
    this.#memory = memory;
  }

  /** It may take in one more event. */
  get hasRoom(): boolean {
    if (this.#isParkedFull() || this.#progress.size >= this.#limits.unsettled) return false;
    const { waiting, waitingSize } = this.#order;
    if (waiting === 0) return true;
    return waiting < this.#mostWaiting() && waitingSize < this.#memory.sizeShare();
  }

  /** One more may be parked. */
  get hasParkingRoom(): boolean {
    return !this.#isParkedFull();
  }

  /** As many are parked as may be, when it was last looked at. It may end by what others let go of. */
  get wasParkedFull(): boolean {
    return this.#parkedFull;
  }

  /** It is detached, and the catch-up reader should bring it events now. */
  wants(now: number): boolean {
    const lane = this.#lane;
    if (lane.attached || lane.paused || lane.untracked > 0) return false;
    if (this.#isParkedFull() || this.#progress.size * 2 > this.#limits.unsettled) return false;
    const { waiting, waitingSize, nextDueAt } = this.#order;
    if (lane.breaker.state === 'open') {
      return waiting + lane.inFlight === 0 && now >= lane.breaker.probeAt && nextDueAt > now;
    }
    return waiting * 2 <= this.#mostWaiting() && waitingSize * 2 <= this.#memory.sizeShare();
  }

  /**
   * It has read and settled enough to go on in step with the router at `position`. One whose breaker is open may, while
   * nothing waits for its receiver: it costs nothing then until an event comes for it.
   */
  mayAttach(position: number, checkpoint: number, lowWater: number): boolean {
    const lane = this.#lane;
    if (lane.attached || lane.readPosition !== position || lane.paused || lane.untracked > 0) return false;
    if (!this.hasRoom || lowWater < checkpoint) return false;
    return lane.breaker.state !== 'open' || this.#order.waiting + lane.inFlight === 0;
  }

  #mostWaiting(): number {
    const { attached, breaker, endpoint } = this.#lane;
    if (breaker.state === 'open') return 1;
    return Math.min(this.#limits.waiting, this.#memory.waitingShare(attached, endpoint.maxInFlight));
  }

  #isParkedFull(): boolean {
    const { parked, behind } = this.#order;
    if (parked + behind === 0) return (this.#parkedFull = false);
    const part = this.#parkedFull ? 0.9 : 1;
    const mostParked = Math.min(this.#limits.parked, this.#memory.parkedShare());
    const mostBehind = Math.min(this.#limits.behind, this.#memory.behindShare());
    return (this.#parkedFull = parked >= mostParked * part || behind >= mostBehind * part);
  }
}
