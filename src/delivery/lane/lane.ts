/**
 * A lane: the running state of one endpoint. It decides what goes out next and in which order, and what has to be
 * remembered; it knows no clock, no network and no store.
 *
 * Reading
 *   attached ── full; holds the checkpoint back too long; breaker opens; paused ──> detached
 *     is offered events by the router, in step with it
 *   detached ── read up to the router's position, and not paused or broken ──> attached
 *     has its own cursor, kept in a row of its own, and is offered events by the catch-up reader when it has room
 *   When the breaker opens or the lane is paused, waiting deliveries are dropped from memory; the log has them, and the
 *   lane reads again from its low-water mark, but only after what is under way has ended (`limbo`). What was settled
 *   above that mark is remembered.
 *
 * Deliveries
 *   waiting ── taken, window and breaker allow ──> in flight
 *   waiting ── another of the same key is parked ──> parked (follower, no attempt made)
 *   in flight ── delivered, given up, expired, not encoded, skipped ──> settled
 *   in flight ── failed, attempts left ──> parked (scheduled)
 *   parked (scheduled) ── due ──> in flight;   parked (follower) ── the one before it settled ──> parked (due now)
 * A parked delivery is settled as far as the checkpoint is concerned: its row remembers it.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import type { AttemptRow, DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import { Breaker, type BreakerLimits, defaultBreakerLimits } from '../breaker.ts';
import { RateLimit } from '../rate-limit.ts';
import { longestRetryAfterMs, nextDelayMs } from '../retry-policy.ts';
import { Order } from './order.ts';
import { Progress } from './progress.ts';
import { attemptRow, parkedRows } from './rows.ts';
import { type Delivery, deliveryId, type Unit, type Verdict } from './unit.ts';

export interface LaneLimits {
  /** Waiting deliveries it holds in memory at most. */
  readonly waiting: number;
  /** Parked deliveries at most; past that it detaches. */
  readonly parked: number;
  readonly breaker: BreakerLimits;
}

export const defaultLaneLimits: LaneLimits = { waiting: 1_000, parked: 10_000, breaker: defaultBreakerLimits };

/** What has to become durable. */
export interface LaneRecorder {
  attempt(row: AttemptRow): void;
  park(row: ParkedRow): void;
  unpark(key: DeliveryKey): void;
}

export interface LaneContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: LaneRecorder;
  subscription(number: number): Subscription | undefined;
  /** Most events one request for this subscription may carry. */
  maxBatch(subscription: Subscription): number;
}

export class Lane {
  readonly breaker: Breaker;
  endpoint: Endpoint;
  attached = true;
  /** While detached: it was offered everything up to here. */
  readPosition = 0;
  /** Settled something that its row does not say yet. */
  dirty = false;

  readonly #context: LaneContext;
  readonly #limits: LaneLimits;
  readonly #rate: RateLimit;
  readonly #order = new Order();
  readonly #progress = new Progress();
  readonly #flying = new Set<Unit>();
  /** Units under way whose deliveries are no longer in `#progress`. */
  readonly #limbo = new Set<Unit>();
  /** While set (monotonic), nothing starts: the receiver asked for it. */
  #blockedUntil = 0;
  #lastOffered = 0;

  constructor(endpoint: Endpoint, context: LaneContext, limits: LaneLimits) {
    this.endpoint = endpoint;
    this.#context = context;
    this.#limits = limits;
    this.breaker = new Breaker(limits.breaker);
    this.#rate = new RateLimit(endpoint.ratePerSecond);
  }

  /** Deliveries in memory that have not been tried. */
  get waiting(): number {
    return this.#order.waiting;
  }

  get parked(): number {
    return this.#order.parked;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#flying.size;
  }

  /** Deliveries that are not settled, or settled above one that is not. */
  get outstanding(): number {
    return this.#progress.size;
  }

  /** Nothing is waiting, parked or under way. */
  get idle(): boolean {
    return this.waiting === 0 && this.parked === 0 && this.inFlight === 0;
  }

  configure(endpoint: Endpoint): void {
    this.endpoint = endpoint;
    this.#rate.set(endpoint.ratePerSecond);
  }

  // ---- being offered events -------------------------------------------------------------------------------------

  /**
   * Takes a delivery, in sequence order. False: it has no room and took nothing of this event.
   * All deliveries of one event are taken or none.
   * @param share how many waiting deliveries it may hold, as memory goes
   */
  offer(subscription: Subscription, event: Event, share: number): boolean {
    if (event.seq !== this.#lastOffered && this.#room(share) === 0) return false;
    this.#lastOffered = event.seq;
    if (!this.#progress.addKnown(subscription.number, event.seq)) this.#accept(subscription, event);
    return true;
  }

  #accept(subscription: Subscription, event: Event): void {
    const alone = subscription.order === 'none';
    const key = this.#order.keyOf(alone ? deliveryId(subscription.number, event.seq) : orderKeyOf(event));
    const offeredAt = this.#context.clock.monotonic();
    const { seq } = event;
    const delivery: Delivery = { subscription: subscription.number, seq, key, offeredAt, event, settled: false };
    this.#progress.add(delivery);
    const follower = this.#order.add(delivery);
    if (follower) this.#parkFollower(follower);
  }

  #parkFollower(unit: Unit): void {
    this.#recordParked(unit, null);
    this.#settle(unit);
    this.#progress.tidy();
  }

  /**
   * Whether the catch-up reader should bring it events now.
   * @param share how many waiting deliveries it may hold, as memory goes
   */
  wantsEvents(share: number): boolean {
    if (this.attached || this.endpoint.paused || this.#limbo.size > 0) return false;
    if (this.parked >= this.#limits.parked) return false;
    if (this.breaker.state !== 'open') return this.waiting * 2 <= Math.min(share, this.#limits.waiting);
    const now = this.#context.clock.monotonic();
    return this.waiting + this.inFlight === 0 && now >= this.breaker.probeAt && this.#order.nextDueAt > now;
  }

  /** How many more it may hold now. */
  #room(share: number): number {
    const most = this.breaker.state === 'open' ? 1 : Math.min(share, this.#limits.waiting);
    return Math.max(0, Math.min(most - this.waiting, this.#limits.parked - this.parked));
  }

  // ---- giving out what goes next --------------------------------------------------------------------------------

  /** The next unit to send now, marked as under way; null when there is none or it may not start yet. */
  take(): Unit | null {
    const now = this.#context.clock.monotonic();
    if (this.#windowFull() || now < this.#blockedUntil || this.#rate.readyAt(now) > now) return null;
    const unit = this.#order.takeDue(now) ?? (this.#mayTryFirst(now) ? this.#takeFirst() : null);
    if (!unit) return null;
    this.#rate.take();
    unit.inFlight = true;
    this.#flying.add(unit);
    return unit;
  }

  #windowFull(): boolean {
    return this.endpoint.paused || this.inFlight >= this.breaker.window(this.endpoint.maxInFlight);
  }

  #mayTryFirst(now: number): boolean {
    return this.breaker.state !== 'open' || now >= this.breaker.probeAt;
  }

  /** A probe goes alone, whatever the dialect allows. */
  #takeFirst(): Unit | null {
    if (this.breaker.state === 'open') return this.#order.takeReady(() => 1);
    return this.#order.takeReady((number) => {
      const subscription = this.#context.subscription(number);
      return subscription ? this.#context.maxBatch(subscription) : 1;
    });
  }

  /**
   * Monotonic time at which `take` may give something that it does not give now; null when only an event or the end
   * of a request can change that.
   */
  wakeAt(moreToRead: boolean): number | null {
    if (this.#windowFull()) return null;
    const open = this.breaker.state === 'open';
    const hasFirst = this.#order.hasReady || (moreToRead && open && this.waiting === 0);
    const firstAt = open ? this.breaker.probeAt : 0;
    const at = Math.min(this.#order.nextDueAt, hasFirst ? firstAt : Infinity);
    if (at === Infinity) return null;
    return Math.max(at, this.#blockedUntil, this.#rate.readyAt(this.#context.clock.monotonic()));
  }

  // ---- the end of an attempt ------------------------------------------------------------------------------------

  finished(unit: Unit, verdict: Verdict): void {
    unit.inFlight = false;
    this.#flying.delete(unit);
    if (verdict.outcome === 'stopped') return;
    // Dropped from `#progress` while it was under way: it will be read again, and has to be known then.
    if (this.#limbo.delete(unit)) for (const delivery of unit.deliveries) this.#progress.remember(delivery);
    if (verdict.requested) this.#judge(verdict);
    else this.#rate.giveBack();
    const delayMs = verdict.outcome === 'failed' ? this.#delayAfter(unit, verdict) : null;
    if (delayMs === null) this.#conclude(unit, verdict);
    else this.#park(unit, verdict, delayMs);
    this.#settle(unit);
    this.#progress.tidy();
  }

  #judge(verdict: Verdict): void {
    const now = this.#context.clock.monotonic();
    if (verdict.outcome === 'delivered') this.breaker.succeeded(this.endpoint.maxInFlight);
    if (verdict.outcome !== 'failed') return;
    this.breaker.failed(now, this.#context.random.next());
    const asked = verdict.retryAfterMs;
    if (asked !== null && (verdict.status === 429 || verdict.status === 503)) this.#blockedUntil = now + asked;
  }

  /** Null: it is not tried again. */
  #delayAfter(unit: Unit, verdict: Verdict): number | null {
    const subscription = this.#context.subscription(unit.subscription);
    if (!subscription || unit.cancelled !== null) return null;
    return nextDelayMs(subscription.retry, unit.attempts + 1, verdict.retryAfterMs, this.#context.random.next());
  }

  #park(unit: Unit, verdict: Verdict, delayMs: number): void {
    const { clock } = this.#context;
    const dueInMs = Math.max(delayMs, 1);
    this.#recordAttempt(unit, verdict, 'failed');
    unit.attempts++;
    unit.dueAt = clock.monotonic() + dueInMs;
    const followers = this.#order.park(unit);
    this.#recordParked(unit, clock.now() + dueInMs);
    for (const follower of followers) this.#parkFollower(follower);
  }

  #conclude(unit: Unit, verdict: Verdict): void {
    const outcome = verdict.outcome === 'failed' ? 'cancelled' : (verdict.outcome as AttemptRow['outcome']);
    const detail = verdict.outcome === 'failed' && unit.cancelled !== null ? unit.cancelled : verdict.detail;
    this.#recordAttempt(unit, { ...verdict, detail }, outcome);
    for (const delivery of unit.deliveries) {
      if (unit.parked) this.#context.recorder.unpark(delivery);
      delivery.event = null;
    }
    this.#order.release(unit, this.#context.clock.monotonic());
  }

  /** Done, given up or durably parked: the checkpoint may pass it. */
  #settle(unit: Unit): void {
    for (const delivery of unit.deliveries) delivery.settled = true;
    this.dirty = true;
  }

  #recordAttempt(unit: Unit, verdict: Verdict, outcome: AttemptRow['outcome']): void {
    for (const delivery of unit.deliveries) {
      this.#context.recorder.attempt(attemptRow(this.endpoint.number, unit, delivery, verdict, outcome));
    }
  }

  #recordParked(unit: Unit, dueAt: number | null): void {
    for (const row of parkedRows(this.endpoint.number, unit, dueAt)) this.#context.recorder.park(row);
  }

  // ---- edits ----------------------------------------------------------------------------------------------------

  /** Gives up what is parked for a subscription that is gone or disabled; what waits is given up when it is taken. */
  cancelSubscription(subscription: number, reason: string): void {
    this.#order.cancel(subscription, reason, this.#context.clock.monotonic());
  }

  // ---- leaving the router's step, and coming back -----------------------------------------------------------------

  /** Reads on its own from now on; it was offered everything up to `position`. */
  detach(position: number): void {
    this.attached = false;
    this.readPosition = position;
    this.dirty = true;
  }

  /** Lets go of what waits; reads it again from the low-water mark. Only while detached. */
  dropWaiting(): void {
    const cursor = this.lowWater();
    this.#progress.startOver(cursor);
    this.#order.dropWaiting();
    for (const unit of this.#flying) if (!unit.parked) this.#limbo.add(unit);
    this.readPosition = cursor;
    this.#lastOffered = 0;
    this.dirty = true;
  }

  /** Whether it has read and settled enough to go on in step with the router at `position`. */
  mayAttach(position: number, checkpoint: number): boolean {
    if (this.attached || this.readPosition !== position || this.endpoint.paused || this.#limbo.size > 0) return false;
    const hasRoom = this.waiting < this.#limits.waiting && this.parked < this.#limits.parked;
    return this.breaker.state !== 'open' && hasRoom && this.lowWater() >= checkpoint;
  }

  attach(): void {
    this.attached = true;
    this.#progress.forgetUpTo(this.readPosition);
  }

  /** After a restart: a delivery above its cursor that was settled already. */
  remember(key: DeliveryKey): void {
    this.#progress.remember(key);
  }

  /** After a restart: its parked deliveries, in sequence order. To be called once, before anything is offered. */
  restoreParked(rows: readonly ParkedRow[]): void {
    const { clock } = this.#context;
    this.#order.restore(rows, ({ dueAt }) => {
      // A wall clock that was set back in between must not postpone it beyond any delay that was ever asked for.
      const waitMs = dueAt === null ? 0 : Math.min(dueAt - clock.now(), longestRetryAfterMs);
      return clock.monotonic() + Math.max(0, waitMs);
    });
  }

  // ---- what the checkpoint has to know ----------------------------------------------------------------------------

  /** Everything up to here is settled. While attached, `routerPosition` is how far it was offered events. */
  lowWater(routerPosition = this.readPosition): number {
    return this.#progress.lowWater(this.attached ? routerPosition : this.readPosition);
  }

  /** How long the oldest unsettled delivery has been holding the mark, milliseconds; 0 when none does. */
  heldBackMs(): number {
    const oldest = this.#progress.oldestAt();
    return oldest === null ? 0 : this.#context.clock.monotonic() - oldest;
  }

  settledAbove(): readonly DeliveryKey[] {
    return this.#progress.settledAbove(this.lowWater());
  }
}
