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
import { Heap } from '../../kit/heap.ts';
import { Queue } from '../../kit/queue.ts';
import type { Random } from '../../kit/random.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import type { AttemptRow, DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import { Breaker, type BreakerLimits } from '../breaker.ts';
import { RateLimit } from '../rate-limit.ts';
import { longestRetryAfterMs, nextDelayMs } from '../retry-policy.ts';
import { KeyQueue } from './key-queue.ts';
import { Progress } from './progress.ts';
import { type Delivery, firstSeq, type Unit, type Verdict } from './unit.ts';

export interface LaneLimits {
  /** Waiting deliveries it holds in memory at most. */
  readonly waiting: number;
  /** Parked deliveries at most; past that it detaches. */
  readonly parked: number;
  readonly breaker: BreakerLimits;
}

export const defaultLaneLimits: LaneLimits = {
  waiting: 1_000,
  parked: 10_000,
  breaker: { threshold: 5, firstProbeMs: 1_000, longestProbeMs: 60_000 },
};

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

export const deliveryId = (subscription: number, seq: number): string => `${subscription}-${seq}`;

export class Lane {
  readonly breaker: Breaker;
  endpoint: Endpoint;
  attached = true;
  /** While detached: it was offered everything up to here. */
  readPosition = 0;
  /** Requests under way. */
  inFlight = 0;
  /** While set (monotonic), nothing starts: the receiver asked for it. */
  blockedUntil = 0;
  /** Settled something that its row does not say yet. */
  dirty = false;

  readonly #context: LaneContext;
  readonly #limits: LaneLimits;
  readonly #rate: RateLimit;
  readonly #keys = new Map<string, KeyQueue>();
  readonly #ready = new Queue<KeyQueue>();
  readonly #due = new Heap<Unit>((a, b) => a.dueAt < b.dueAt);
  readonly #progress = new Progress();
  #waiting = 0;
  #parked = 0;
  readonly #flying = new Set<Unit>();
  /** Units under way whose deliveries are no longer in `#progress`. */
  readonly #limbo = new Set<Unit>();
  #lastOffered = 0;

  constructor(endpoint: Endpoint, context: LaneContext, limits: LaneLimits) {
    this.endpoint = endpoint;
    this.#context = context;
    this.#limits = limits;
    this.breaker = new Breaker(limits.breaker);
    this.#rate = new RateLimit(endpoint.ratePerSecond);
  }

  get waiting(): number {
    return this.#waiting;
  }

  get parked(): number {
    return this.#parked;
  }

  /** Nothing is waiting, parked or under way. */
  get idle(): boolean {
    return this.#waiting === 0 && this.#parked === 0 && this.inFlight === 0;
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
    if (event.seq !== this.#lastOffered && this.room(share) === 0) return false;
    this.#lastOffered = event.seq;
    if (!this.#progress.addKnown(subscription.number, event.seq)) this.#take(subscription, event);
    return true;
  }

  /** Room for the router's next event. */
  get hasRoom(): boolean {
    return this.#waiting < this.#limits.waiting && this.#parked < this.#limits.parked;
  }

  /** Deliveries that are not settled, or settled above one that is not. */
  get outstanding(): number {
    return this.#progress.size;
  }

  #take(subscription: Subscription, event: Event): void {
    const alone = subscription.order === 'none';
    const key = this.#keyOf(alone ? deliveryId(subscription.number, event.seq) : orderKeyOf(event));
    const delivery: Delivery = {
      subscription: subscription.number,
      seq: event.seq,
      key,
      offeredAt: this.#context.clock.monotonic(),
      event,
      settled: false,
    };
    this.#progress.add(delivery);
    if (key.parked.size > 0) return this.#follow(key, delivery);
    key.waiting.push(delivery);
    this.#waiting++;
    if (key.ready && key.waiting.size === 1) this.#ready.push(key);
  }

  #keyOf(id: string): KeyQueue {
    let key = this.#keys.get(id);
    if (!key) this.#keys.set(id, (key = new KeyQueue(id)));
    return key;
  }

  /** Parks a delivery behind one of its key, without an attempt. */
  #follow(key: KeyQueue, delivery: Delivery): void {
    const unit = newUnit([delivery]);
    unit.parked = true;
    key.parked.push(unit);
    this.#parked++;
    delivery.event = null;
    this.#recordParked(unit, null);
    this.#settle(delivery);
  }

  // ---- giving out what goes next --------------------------------------------------------------------------------

  /** The next unit to send now, marked as under way; null when there is none or it may not start yet. */
  take(): Unit | null {
    const now = this.#context.clock.monotonic();
    if (this.endpoint.paused || now < this.blockedUntil) return null;
    if (this.inFlight >= this.breaker.window(this.endpoint.maxInFlight)) return null;
    if (this.#rate.readyAt(now) > now) return null;
    const unit = this.#takeDue(now) ?? (this.#mayTryFirst(now) ? this.#takeReady() : null);
    if (!unit) return null;
    this.#rate.take();
    unit.inFlight = true;
    this.inFlight++;
    this.#flying.add(unit);
    for (const { key } of unit.deliveries) key.busy = true;
    return unit;
  }

  #mayTryFirst(now: number): boolean {
    return this.breaker.state !== 'open' || now >= this.breaker.probeAt;
  }

  #takeDue(now: number): Unit | null {
    const next = this.#due.peek();
    if (!next || next.dueAt > now) return null;
    this.#due.pop();
    return next;
  }

  #takeReady(): Unit | null {
    const key = this.#ready.shift();
    if (!key) return null;
    const first = this.#takeWaiting(key);
    const subscription = this.#context.subscription(first.subscription);
    const most = subscription && this.breaker.state !== 'open' ? this.#context.maxBatch(subscription) : 1;
    return newUnit(most > 1 ? this.#fillBatch(key, first, most) : [first]);
  }

  #takeWaiting(key: KeyQueue): Delivery {
    this.#waiting--;
    return key.waiting.shift() as Delivery;
  }

  /** More of the same subscription: of the same call, then of the calls that are ready next. In sequence order. */
  #fillBatch(key: KeyQueue, first: Delivery, most: number): Delivery[] {
    const batch = [first];
    const takeFrom = (from: KeyQueue): void => {
      while (batch.length < most && from.waiting.peek()?.subscription === first.subscription) {
        batch.push(this.#takeWaiting(from));
      }
    };
    takeFrom(key);
    while (batch.length < most && this.#ready.peek()?.waiting.peek()?.subscription === first.subscription) {
      takeFrom(this.#ready.shift() as KeyQueue);
    }
    return batch.sort((a, b) => a.seq - b.seq);
  }

  /**
   * Monotonic time at which `take` may give something that it does not give now; null when only an event or the end
   * of a request can change that.
   */
  wakeAt(moreToRead: boolean): number | null {
    if (this.endpoint.paused || this.inFlight >= this.breaker.window(this.endpoint.maxInFlight)) return null;
    const hasFirst = this.#ready.size > 0 || (moreToRead && this.breaker.state === 'open' && this.#waiting === 0);
    const firstAt = this.breaker.state === 'open' ? this.breaker.probeAt : 0;
    const at = Math.min(this.#due.peek()?.dueAt ?? Infinity, hasFirst ? firstAt : Infinity);
    if (at === Infinity) return null;
    return Math.max(at, this.blockedUntil, this.#rate.readyAt(this.#context.clock.monotonic()));
  }

  /**
   * Whether the catch-up reader should bring it events now.
   * @param share how many waiting deliveries it may hold, as memory goes
   */
  wantsEvents(share: number): boolean {
    if (this.attached || this.endpoint.paused || this.#limbo.size > 0 || this.#parked >= this.#limits.parked)
      return false;
    if (this.breaker.state !== 'open') return this.#waiting * 2 <= Math.min(share, this.#limits.waiting);
    const now = this.#context.clock.monotonic();
    return this.#waiting === 0 && this.inFlight === 0 && now >= this.breaker.probeAt && !this.#somethingDue(now);
  }

  #somethingDue(now: number): boolean {
    const next = this.#due.peek();
    return next !== undefined && next.dueAt <= now;
  }

  /** How many more it may hold now, given its share of the memory for waiting deliveries. */
  room(share: number): number {
    const most = this.breaker.state === 'open' ? 1 : Math.min(share, this.#limits.waiting);
    return Math.max(0, Math.min(most - this.#waiting, this.#limits.parked - this.#parked));
  }

  // ---- the end of an attempt ------------------------------------------------------------------------------------

  finished(unit: Unit, verdict: Verdict): void {
    unit.inFlight = false;
    this.inFlight--;
    this.#flying.delete(unit);
    if (verdict.outcome === 'stopped') return;
    // Dropped from `#progress` while it was under way: it will be read again, and has to be known then.
    if (this.#limbo.delete(unit)) {
      for (const delivery of unit.deliveries) this.#progress.remember(delivery);
    }
    if (verdict.requested) this.#judge(verdict);
    const delay = verdict.outcome === 'failed' ? this.#delayAfter(unit, verdict) : null;
    if (verdict.outcome === 'failed' && delay !== null) this.#park(unit, verdict, delay);
    else this.#conclude(unit, verdict);
    this.#progress.tidy();
  }

  #judge(verdict: Verdict): void {
    const now = this.#context.clock.monotonic();
    if (verdict.outcome === 'failed') {
      this.breaker.failed(now, this.#context.random.next());
      const asked = verdict.retryAfterMs;
      if (asked !== null && (verdict.status === 429 || verdict.status === 503)) this.blockedUntil = now + asked;
    } else if (verdict.outcome === 'delivered') this.breaker.succeeded(this.endpoint.maxInFlight);
  }

  #delayAfter(unit: Unit, verdict: Verdict): number | null {
    const subscription = this.#context.subscription(unit.subscription);
    if (!subscription || unit.cancelled !== null) return null;
    return nextDelayMs(subscription.retry, unit.attempts + 1, verdict.retryAfterMs, this.#context.random.next());
  }

  #park(unit: Unit, verdict: Verdict, delayMs: number): void {
    unit.attempts++;
    const dueInMs = Math.max(delayMs, 1);
    unit.dueAt = this.#context.clock.monotonic() + dueInMs;
    for (const delivery of unit.deliveries) this.#recordAttempt(unit, delivery, verdict, 'failed');
    if (!unit.parked) this.#becomeHead(unit);
    this.#recordParked(unit, this.#context.clock.now() + dueInMs);
    for (const delivery of unit.deliveries) {
      delivery.event = null;
      delivery.key.busy = false;
      this.#settle(delivery);
    }
    this.#due.push(unit);
  }

  #becomeHead(unit: Unit): void {
    unit.parked = true;
    this.#parked += unit.deliveries.length;
    for (const key of keysOf(unit)) {
      key.parked.push(unit);
      while (key.waiting.size > 0) this.#follow(key, this.#takeWaiting(key));
    }
  }

  #conclude(unit: Unit, verdict: Verdict): void {
    const outcome = verdict.outcome === 'failed' ? 'cancelled' : (verdict.outcome as AttemptRow['outcome']);
    const made = {
      ...verdict,
      detail: verdict.outcome === 'failed' && unit.cancelled ? unit.cancelled : verdict.detail,
    };
    for (const delivery of unit.deliveries) {
      this.#recordAttempt(unit, delivery, made, outcome);
      if (unit.parked) this.#context.recorder.unpark(delivery);
      delivery.event = null;
      this.#settle(delivery);
    }
    if (unit.parked) this.#parked -= unit.deliveries.length;
    for (const key of keysOf(unit)) {
      key.busy = false;
      if (unit.parked) key.parked.shift();
      this.#release(key);
    }
  }

  #release(key: KeyQueue): void {
    const next = key.parked.peek();
    if (next) {
      next.dueAt = this.#context.clock.monotonic();
      this.#due.push(next);
    } else if (key.waiting.size > 0) this.#ready.push(key);
    else if (this.#keys.get(key.id) === key) this.#keys.delete(key.id);
  }

  #settle(delivery: Delivery): void {
    if (delivery.settled) return;
    delivery.settled = true;
    this.dirty = true;
  }

  #recordAttempt(unit: Unit, delivery: Delivery, verdict: Verdict, outcome: AttemptRow['outcome']): void {
    this.#context.recorder.attempt({
      subscription: delivery.subscription,
      endpoint: this.endpoint.number,
      seq: delivery.seq,
      batch: firstSeq(unit),
      // `#park` has counted this attempt already; a conclusion has not.
      attempt: outcome === 'failed' ? unit.attempts : unit.attempts + (verdict.requested ? 1 : 0),
      outcome,
      status: verdict.status,
      startedAt: verdict.startedAt,
      durationMs: verdict.durationMs,
      detail: verdict.detail,
    });
  }

  #recordParked(unit: Unit, dueAt: number | null): void {
    for (const delivery of unit.deliveries) {
      this.#context.recorder.park({
        subscription: delivery.subscription,
        endpoint: this.endpoint.number,
        seq: delivery.seq,
        batch: firstSeq(unit),
        orderKey: delivery.key.id,
        attempts: unit.attempts,
        dueAt,
      });
    }
  }

  // ---- edits ----------------------------------------------------------------------------------------------------

  /** Settles, without a request, all parked and waiting deliveries of a subscription that is gone or disabled. */
  cancelSubscription(subscription: number, reason: string): void {
    for (const key of [...this.#keys.values()]) {
      for (const unit of [...key.parked]) if (unit.subscription === subscription) unit.cancelled = reason;
    }
    this.#wakeCancelled();
  }

  /** Cancelled units become due, so that each passes through `take` and is concluded in order of its key. */
  #wakeCancelled(): void {
    const now = this.#context.clock.monotonic();
    const scheduled: Unit[] = [];
    for (let unit = this.#due.pop(); unit; unit = this.#due.pop()) scheduled.push(unit);
    for (const unit of scheduled) {
      if (unit.cancelled !== null) unit.dueAt = now;
      this.#due.push(unit);
    }
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
    this.#ready.clear();
    for (const key of [...this.#keys.values()]) {
      while (key.waiting.size > 0) this.#takeWaiting(key);
      if (key.empty) this.#keys.delete(key.id);
    }
    for (const unit of this.#flying) if (!unit.parked) this.#limbo.add(unit);
    this.readPosition = cursor;
    this.#lastOffered = 0;
    this.dirty = true;
  }

  /** Whether it has read and settled enough to go on in step with the router at `position`. */
  mayAttach(position: number, checkpoint: number): boolean {
    if (this.attached || this.readPosition !== position || this.endpoint.paused || this.#limbo.size > 0) return false;
    return this.breaker.state !== 'open' && this.hasRoom && this.lowWater() >= checkpoint;
  }

  attach(): void {
    this.attached = true;
    this.#progress.forgetUpTo(this.readPosition);
  }

  /** After a restart: deliveries above its cursor that were settled already. */
  remember(key: DeliveryKey): void {
    this.#progress.remember(key);
  }

  /** After a restart: its parked deliveries, in sequence order. To be called once, before anything is offered. */
  restoreParked(rows: readonly ParkedRow[]): void {
    const units = new Map<string, { unit: Unit; deliveries: Delivery[] }>();
    for (const row of rows) {
      const key = this.#keyOf(row.orderKey);
      const delivery: Delivery = { ...row, key, offeredAt: 0, event: null, settled: true };
      const name = deliveryId(row.subscription, row.attempts > 0 ? row.batch : row.seq);
      const known = units.get(name);
      if (known) known.deliveries.push(delivery);
      else units.set(name, this.#restoredUnit(row, [delivery]));
      const { unit } = units.get(name) as { unit: Unit };
      if (key.parked.last() !== unit) key.parked.push(unit);
      this.#parked++;
    }
    for (const { unit } of units.values()) {
      if (keysOf(unit).every((key) => key.parked.peek() === unit)) this.#due.push(unit);
    }
  }

  #restoredUnit(row: ParkedRow, deliveries: Delivery[]): { unit: Unit; deliveries: Delivery[] } {
    const unit = newUnit(deliveries);
    const { clock } = this.#context;
    // A wall clock that was set back in between must not postpone it beyond any delay that was ever asked for.
    const waitMs = row.dueAt === null ? 0 : Math.min(row.dueAt - clock.now(), longestRetryAfterMs);
    unit.dueAt = clock.monotonic() + Math.max(0, waitMs);
    unit.attempts = row.attempts;
    unit.parked = true;
    return { unit, deliveries };
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

function newUnit(deliveries: readonly Delivery[]): Unit {
  const { subscription } = deliveries[0] as Delivery;
  return { subscription, deliveries, attempts: 0, dueAt: 0, parked: false, inFlight: false, cancelled: null };
}

function keysOf(unit: Unit): readonly KeyQueue[] {
  if (unit.deliveries.length === 1) return [(unit.deliveries[0] as Delivery).key];
  return [...new Set(unit.deliveries.map(({ key }) => key))];
}
