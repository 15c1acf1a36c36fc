/**
 * How the receiver at the endpoint's present address has been doing: its breaker, and how long it asked to be left alone.
 * Another address is another receiver, and begins anew; what was still under way to the former one counts there.
 */
import { Breaker, type BreakerLimits } from '../breaker.ts';
import { longestRetryAfterMs } from '../retry-policy.ts';
import type { Verdict } from './unit.ts';

export class Receiver {
  readonly breaker: Breaker;
  /** Until then (monotonic) nothing starts: it asked for it. */
  askedToWaitUntil = 0;

  constructor(limits: BreakerLimits) {
    this.breaker = new Breaker(limits);
  }

  /**
   * A request has ended. No answer, 408, 429 and 5xx speak about the receiver; any other answer is about the event.
   * Refused credentials speak about one subscription, and others may share the endpoint; but where the breaker is not
   * closed, the probe that was to show that the receiver is there has not.
   * @param chance uniform in [0, 1)
   */
  judge(verdict: Verdict, now: number, full: number, chance: number): void {
    const { outcome, status, retryAfterMs, credentialsRefused } = verdict;
    if (credentialsRefused === true && this.breaker.state === 'closed') return;
    if (outcome === 'delivered') this.breaker.succeeded(full);
    else if (status > 0 && status < 500 && status !== 408 && status !== 429) this.breaker.answered(full);
    else this.breaker.failed(now, chance);
    if (retryAfterMs === null || (status !== 429 && status !== 503)) return;
    this.askedToWaitUntil = now + Math.min(retryAfterMs, longestRetryAfterMs);
  }
}
