import type { Random } from '../../../kit/random.ts';

export interface BackoffTimes {
  /** Upper bound of the first wait; it doubles with every failure. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** No wait is shorter than this share of its bound, whatever the dice say. */
  readonly shortestShare: number;
}

/** After a lost connection: soon, then more and more rarely, so that a PBX that comes back is not stormed. */
export const networkBackoff: BackoffTimes = { firstMs: 500, longestMs: 30_000, shortestShare: 0.1 };
/** After a refusal: a PBX that bans whoever tries too often must not ban us, and a person has to act. */
export const refusedBackoff: BackoffTimes = { firstMs: 60_000, longestMs: 600_000, shortestShare: 0.5 };

/**
 * How long to wait after `failures` failures in a row (1…): full jitter, so that many clients of one PBX spread out.
 */
export function backoffMs(times: BackoffTimes, failures: number, random: Random): number {
  const bound = Math.min(times.longestMs, times.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(bound * (times.shortestShare + (1 - times.shortestShare) * random.next()));
}
