/**
 * What of a lane may start now, and when that may change: the window, how the receiver has been doing, its rate, and
 * whose turn it is. What there is to start, and in which order, is kept in `order.ts`.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Endpoint } from '../../subscriptions/subscription.ts';
import type { Breaker, BreakerLimits } from '../breaker.ts';
import { RateLimit } from '../rate-limit.ts';
import type { Order } from './order.ts';
import { Receiver } from './receiver.ts';
import type { Unit, Verdict } from './unit.ts';

export class Departures {
  readonly #order: Order;
  readonly #clock: Clock;
  readonly #limits: BreakerLimits;
  readonly #maxBatch: (subscription: number) => number;
  readonly #rate: RateLimit;
  readonly #underWay = new Set<Unit>();
  #endpoint: Endpoint;
  #receiver: Receiver;
  /** The last unit that started was a parked one. */
  #retriedLast = false;

  /** @param maxBatch most events one request for a subscription may carry */
  constructor(
    endpoint: Endpoint,
    order: Order,
    clock: Clock,
    limits: BreakerLimits,
    maxBatch: (subscription: number) => number,
  ) {
    this.#endpoint = endpoint;
    this.#order = order;
    this.#clock = clock;
    this.#limits = limits;
    this.#maxBatch = maxBatch;
    this.#rate = new RateLimit(endpoint.ratePerSecond);
    this.#receiver = new Receiver(limits);
  }

  get breaker(): Breaker {
    return this.#receiver.breaker;
  }

  get underWay(): ReadonlySet<Unit> {
    return this.#underWay;
  }

  /** At another address there is another receiver: what failed at the former is due now. */
  configure(endpoint: Endpoint): void {
    const moved = endpoint.key !== this.#endpoint.key;
    this.#endpoint = endpoint;
    this.#rate.set(endpoint.ratePerSecond);
    if (!moved) return;
    this.#receiver = new Receiver(this.#limits);
    this.#order.hurry(this.#clock.monotonic());
  }

  /** The next unit to send now, marked as under way; null when there is none or it may not start yet. */
  take(): Unit | null {
    const now = this.#clock.monotonic();
    if (this.#windowFull() || now < this.#receiver.askedToWaitUntil || this.#rate.readyAt(now) > now) return null;
    const unit = this.breaker.state === 'open' ? this.#takeProbe(now) : this.#takeInTurn(now);
    if (!unit) return null;
    this.#rate.take();
    unit.inFlight = true;
    unit.receiver = this.#receiver;
    this.#underWay.add(unit);
    return unit;
  }

  #windowFull(): boolean {
    return this.#endpoint.paused || this.#underWay.size >= this.breaker.window(this.#endpoint.maxInFlight);
  }

  /** It goes alone, whatever the dialect allows. */
  #takeProbe(now: number): Unit | null {
    return this.#order.takeDue(now) ?? (now >= this.breaker.probeAt ? this.#order.takeReady(() => 1) : null);
  }

  /** Parked ones that are due and first attempts take turns, so that neither waits for the end of the other. */
  #takeInTurn(now: number): Unit | null {
    const parked = this.#retriedLast && this.#order.hasReady ? null : this.#order.takeDue(now);
    this.#retriedLast = parked !== null;
    return parked ?? this.#order.takeReady(this.#maxBatch);
  }

  /**
   * Monotonic time at which `take` may give something that it does not give now, or more may be read; null when only an
   * event or the end of a request can change that.
   */
  wakeAt(moreToRead: boolean): number | null {
    if (this.#windowFull()) return null;
    const now = this.#clock.monotonic();
    const at = Math.min(this.#order.nextDueAt, this.#firstAt(moreToRead, now));
    if (at === Infinity) return null;
    return Math.max(at, this.#receiver.askedToWaitUntil, this.#rate.readyAt(now));
  }

  #firstAt(moreToRead: boolean, now: number): number {
    const { state, probeAt } = this.breaker;
    if (state !== 'open') return this.#order.hasReady ? 0 : Infinity;
    if (this.#order.hasReady) return probeAt;
    // Once that time has come, it is read for, or something else stands in the way that time alone does not change.
    return moreToRead && probeAt > now ? probeAt : Infinity;
  }

  /** @param chance uniform in [0, 1) */
  ended(unit: Unit, verdict: Verdict, chance: () => number): void {
    unit.inFlight = false;
    this.#underWay.delete(unit);
    if (verdict.outcome === 'stopped') return;
    if (!verdict.requested) this.#rate.giveBack();
    else unit.receiver?.judge(verdict, this.#clock.monotonic(), this.#endpoint.maxInFlight, chance());
  }
}
