/**
 * The breaker of one endpoint. It stops first attempts only; parked deliveries keep their schedule and are its probes.
 *
 *   closed ── `threshold` failures in a row ──> open
 *     first attempts go, up to the whole window
 *   open ── a request succeeded ──> recovering
 *     one request at a time: a parked delivery that is due or, when `probeAt` has come and none is due, the oldest
 *     waiting event as its own first attempt. Each failure puts `probeAt` off, up to `longestProbeMs`
 *   recovering ── window grown to the full ──> closed;   ── a failure ──> open
 *     the window begins at one and grows by one with each success, so that a receiver which has just come back is not
 *     met by the whole backlog at once
 *
 * An answer that is about the event and not about the receiver (a 400, say) shows that it is there, and no more: while
 * closed the row of failures stands as it is, neither longer nor ended; while open or recovering it counts like a success.
 *
 * Requests that were under way when it opened may still end; a success among them counts like a probe's.
 */
import type { BreakerState } from './management.ts';

export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly threshold: number;
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
}

export const defaultBreakerLimits: BreakerLimits = { threshold: 5, firstProbeMs: 1_000, longestProbeMs: 60_000 };

export class Breaker {
  readonly #limits: BreakerLimits;
  #state: BreakerState = 'closed';
  #failuresInRow = 0;
  #grown = 1;
  #probeDelayMs: number;
  #probeAt = 0;

  constructor(limits: BreakerLimits = defaultBreakerLimits) {
    this.#limits = limits;
    this.#probeDelayMs = limits.firstProbeMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** While open: monotonic time from which the oldest waiting event may go as a probe. */
  get probeAt(): number {
    return this.#probeAt;
  }

  /** Requests that may be under way at once, of `full` that the endpoint allows. */
  window(full: number): number {
    if (this.#state === 'open') return 1;
    return this.#state === 'closed' ? full : Math.min(this.#grown, full);
  }

  succeeded(full: number): void {
    this.#failuresInRow = 0;
    if (this.#state === 'closed') return;
    this.#grown = this.#state === 'open' ? 1 : this.#grown + 1;
    this.#probeDelayMs = this.#limits.firstProbeMs;
    this.#state = this.#grown >= full ? 'closed' : 'recovering';
  }

  /** It answered, if not with success: see above. */
  answered(full: number): void {
    if (this.#state !== 'closed') this.succeeded(full);
  }

  /** @param now monotonic milliseconds; `chance` is uniform in [0, 1) and spreads the probes of many endpoints */
  failed(now: number, chance: number): void {
    this.#failuresInRow++;
    if (this.#state === 'closed' && this.#failuresInRow < this.#limits.threshold) return;
    if (this.#state === 'open' && now < this.#probeAt) return;
    this.#state = 'open';
    this.#probeAt = now + this.#probeDelayMs * (0.8 + 0.4 * chance);
    this.#probeDelayMs = Math.min(this.#probeDelayMs * 2, this.#limits.longestProbeMs);
  }
}
