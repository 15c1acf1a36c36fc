import { type BreakerLimits, defaultBreakerLimits } from '../breaker.ts';

/** Of one lane; what all together may hold is in `memory.ts`. */
export interface LaneLimits {
  /** Waiting deliveries it holds in memory at most. */
  readonly waiting: number;
  /** Parked deliveries that are tried by themselves; past that it reads nothing new. */
  readonly parked: number;
  /** Parked deliveries behind those. */
  readonly behind: number;
  /** Deliveries that are not settled, or settled behind one that is not; a detached lane has the latter in its row. */
  readonly unsettled: number;
  readonly breaker: BreakerLimits;
}

export const defaultLaneLimits: LaneLimits = {
  waiting: 1_000,
  parked: 10_000,
  behind: 200_000,
  unsettled: 10_000,
  breaker: defaultBreakerLimits,
};
