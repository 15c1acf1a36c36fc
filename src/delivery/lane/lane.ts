/**
 * A lane: the running state of one receiver. It decides what goes out next and in which order, and what has to be
 * remembered; it sets no timers, and knows no network and no store.
 *
 * Reading (how much, see `room.ts`)
 *   attached ── full; holds the checkpoint back too long; breaker opens while events wait; paused ──> detached
 *     is offered events by the router, in step with it
 *   detached ── read up to the router's position, with room, and not paused; with nothing waiting if broken ──> attached
 *     has its own cursor, kept in a row of its own, and is offered events by the catch-up reader when it has room
 *   When the breaker opens or the lane is paused, waiting deliveries are dropped from memory; the log has them, and the
 *   lane reads again from its low-water mark, but only after what is under way has ended: until then those units are
 *   `untracked`, known to no cursor. What was settled above that mark is remembered.
 *
 * Deliveries
 *   offered ── its subscription is disabled, or it is too late for it ──> settled, without a request
 *   offered ── another of the same key is parked ──> parked behind it, no attempt made;   else ──> waiting
 *   waiting ── taken, window and breaker allow ──> in flight
 *   in flight ── delivered, given up, expired, not encoded, skipped ──> settled
 *   in flight ── failed, attempts left ──> parked, scheduled; what waits in its key is parked behind it
 *   scheduled ── due ──> in flight;   parked behind ── the one before it settled ──> scheduled, due now
 *   waiting, parked ── its subscription is disabled or deleted ──> settled, whatever window, breaker and rate say
 * A parked delivery is settled as far as the checkpoint is concerned: its row remembers it.
 *
 * A receiver that refuses some events for good parks their calls one after the other, for as long as their plan lasts.
 * The lane goes on with all other calls. What comes for a parked call costs 16 bytes (see `key-queue.ts`), so that it is
 * the number of parked calls that is bounded; at that bound nothing new is read, since the next failure would have no
 * place. A tenth of them has to be settled before it reads on.
 */
import { deliveryId } from '../../model/delivery-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import { textSize } from '../../model/event-text.ts';
import type { AttemptRow, DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import type { Breaker } from '../breaker.ts';
import { isExpired } from '../expiry.ts';
import { longestRetryAfterMs, nextDelayMs } from '../retry-policy.ts';
import { type Retried, type Retry, tryAgain } from './again.ts';
import { Cancelled } from './cancelled.ts';
import { Departures } from './departures.ts';
import type { Gate } from './gate.ts';
import { type Belongings, type Holder, pack, type Standpoint, unpack } from './hand-over.ts';
import type { LaneLimits } from './limits.ts';
import type { LaneMemory } from './memory.ts';
import { Order } from './order.ts';
import { type Place, placeOf } from './place.ts';
import { Progress } from './progress.ts';
import { Recording, type LaneRecorder } from './recording.ts';
import type { ReplaySource } from './replay-source.ts';
import { Room } from './room.ts';
import type { Side } from './side.ts';
import type { Delivery, Unit, Verdict } from './unit.ts';

export interface LaneContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: LaneRecorder;
  readonly memory: LaneMemory;
  subscription(number: number): Subscription | undefined;
  /** Most events one request for this subscription may carry. */
  maxBatch(subscription: Subscription): number;
}

/** What it is, where it is not its endpoint's own. */
export type Kind = { readonly replay: ReplaySource } | { readonly side: Side };

export class Lane {
  gate: Gate;
  /** What it reads if it is that of a replay; null: it is a live lane. */
  readonly replay: ReplaySource | null;
  /** Null: it is its endpoint's own, or that of a replay. */
  readonly side: Side | null;
  attached = true;
  /** While detached: it was offered everything up to here. */
  readPosition = 0;

  #dirty = false;
  /** Of a side lane while it is handed over: where its subscription stands until then. */
  #standpoint: Standpoint | null = null;

  readonly #context: LaneContext;
  readonly #recording: Recording;
  readonly #order: Order;
  readonly #progress = new Progress();
  readonly #room: Room;
  readonly #departures: Departures;
  readonly #cancelled: Cancelled;
  /** Units under way whose deliveries are no longer in `#progress`. */
  readonly #untracked = new Set<Unit>();
  /** Units under way that end in another lane. */
  readonly #passedOn = new Map<Unit, Lane>();
  #lastOffered = 0;
  /** Why nothing more is to start. */
  #givenUp: string | null = null;

  constructor(gate: Gate, context: LaneContext, limits: LaneLimits, kind: Kind | null = null) {
    this.gate = gate;
    const replay = kind && 'replay' in kind ? kind.replay : null;
    this.replay = replay;
    this.side = kind && 'side' in kind ? kind.side : null;
    this.#context = context;
    this.#recording = new Recording(() => this.endpoint.number, replay?.number ?? 0, context.recorder);
    this.#cancelled = new Cancelled(this.#recording);
    this.#order = new Order(context.memory);
    const maxBatch = (number: number): number => {
      const subscription = context.subscription(number);
      return subscription ? context.maxBatch(subscription) : 1;
    };
    const held = (): boolean => this.side?.paused === true || replay?.paused === true;
    this.#departures = new Departures({ gate, order: this.#order, clock: context.clock, maxBatch, held, replay });
    this.#room = new Room(this, this.#order, this.#progress, limits, context.memory);
  }

  get endpoint(): Endpoint {
    return this.gate.endpoint;
  }

  /** Of a live lane: its endpoint's, or that of a side lane. */
  get number(): number {
    return this.side?.number ?? this.endpoint.number;
  }

  /** Nothing of it starts until somebody resumes it. */
  get paused(): boolean {
    return this.endpoint.paused || this.side?.paused === true || this.replay?.paused === true;
  }

  /** Settled something that its row does not say yet. */
  get dirty(): boolean {
    return this.#dirty || this.#standpoint !== null;
  }

  set dirty(dirty: boolean) {
    this.#dirty = dirty;
  }

  get breaker(): Breaker {
    return this.gate.breaker;
  }

  /** Deliveries in memory that have not been tried. */
  get waiting(): number {
    return this.#order.waiting;
  }

  /** Deliveries that failed and are tried again, and those behind them. */
  get parked(): number {
    return this.#order.parked + this.#order.behind;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#departures.underWay.size;
  }

  get unitsUnderWay(): readonly Unit[] {
    return [...this.#departures.underWay];
  }

  /** Deliveries it was offered that are neither settled nor given up. */
  get open(): number {
    let first = 0;
    for (const { parked, deliveries } of this.#departures.underWay) if (!parked) first += deliveries.length;
    return this.waiting + this.parked + first;
  }

  get untracked(): number {
    return this.#untracked.size;
  }

  /** Deliveries that are not settled, or settled above one that is not. */
  get outstanding(): number {
    return this.#progress.size;
  }

  /** Nothing is waiting, parked or under way. */
  get idle(): boolean {
    return this.waiting + this.parked + this.inFlight + this.#cancelled.size === 0;
  }

  /** The endpoint has another address now: what failed at the former is due. */
  hurry(): void {
    this.#order.hurry(this.#context.clock.monotonic());
  }

  // ---- being offered events -------------------------------------------------------------------------------------

  /**
   * Takes a delivery, in sequence order. False: it has no room and took nothing of this event.
   * All deliveries of one event are taken or none.
   */
  offer(subscription: Subscription, event: Event): boolean {
    if (event.seq !== this.#lastOffered && !this.#room.hasRoom) return false;
    if (!this.#progress.addKnown(subscription.number, event.seq)) {
      const outcome = this.#outcomeUnsent(subscription, event);
      if (outcome === null) this.#accept(subscription, event);
      // What takes no request is bounded by how much can be recorded.
      else if (event.seq !== this.#lastOffered && this.#context.recorder.blocked) return false;
      else this.#settleUnsent(subscription, event, outcome);
    }
    this.#lastOffered = event.seq;
    return true;
  }

  /** What becomes of it without a request: it is so for good, so it need not wait its turn. */
  #outcomeUnsent(subscription: Subscription, event: Event): 'cancelled' | 'expired' | null {
    if (!subscription.selection.enabled) return 'cancelled';
    if (!this.replay && event.seq <= (subscription.cancelledUpTo ?? 0)) return 'cancelled';
    return isExpired(subscription, event, this.#context.clock.now()) ? 'expired' : null;
  }

  #settleUnsent({ number }: Subscription, { seq }: Event, outcome: 'cancelled' | 'expired'): void {
    const detail = outcome === 'cancelled' ? 'subscription_disabled' : 'expire_after';
    this.#recording.unsent({ subscription: number, seq, batch: seq, attempts: 0 }, outcome, detail, this.#now());
    this.#progress.addSettled(number, seq);
    this.dirty = true;
  }

  #accept(subscription: Subscription, event: Event): void {
    const { number: id, order } = subscription;
    const { seq } = event;
    const size = textSize(event);
    const key = this.#order.keyOf(order === 'none' ? deliveryId(id, seq) : orderKeyOf(event));
    const offeredAt = this.#context.clock.monotonic();
    const delivery: Delivery = { subscription: id, seq, key, offeredAt, size, event, settled: false };
    this.#progress.add(delivery);
    if (this.#order.add(delivery)) return;
    this.#parkBehind(delivery);
    this.#progress.tidy();
  }

  #parkBehind(delivery: Delivery): void {
    this.#recording.parkedBehind(delivery);
    delivery.event = null;
    delivery.settled = true;
    this.dirty = true;
  }

  /** Whether the catch-up reader should bring it events now. */
  wantsEvents(): boolean {
    if (this.replay && (this.#givenUp !== null || this.readPosition >= this.replay.end)) return false;
    return this.#room.wants(this.#context.clock.monotonic());
  }

  // ---- giving out what goes next --------------------------------------------------------------------------------

  /** The next unit to send now, marked as under way; null when there is none or it may not start yet. */
  take(): Unit | null {
    return this.#departures.take();
  }

  /** See `Departures.wakeAt`. */
  wakeAt(moreToRead: boolean, now: number): number | null {
    return this.#departures.wakeAt(moreToRead, now);
  }

  // ---- the end of an attempt ------------------------------------------------------------------------------------

  /** The lane in which a unit that was taken here ends. To be asked once. */
  holderOf(unit: Unit): Lane {
    const other = this.#passedOn.get(unit);
    this.#passedOn.delete(unit);
    return other ?? this;
  }

  /** @returns what is remembered of it: a failure that was the last one is `cancelled` */
  finished(unit: Unit, verdict: Verdict): Verdict['outcome'] {
    this.#departures.ended(unit, verdict, () => this.#context.random.next());
    if (verdict.outcome === 'stopped') return 'stopped';
    // Dropped from `#progress` while it was under way: it will be read again, and has to be known then.
    if (this.#untracked.delete(unit)) for (const delivery of unit.deliveries) this.#progress.remember(delivery);
    const outcome =
      verdict.outcome === 'failed' ? this.#failed(unit, verdict) : this.#conclude(unit, verdict, verdict.outcome);
    for (const delivery of unit.deliveries) delivery.settled = true;
    this.dirty = true;
    this.#progress.tidy();
    return outcome;
  }

  #failed(unit: Unit, verdict: Verdict): AttemptRow['outcome'] {
    const subscription = this.#context.subscription(unit.subscription);
    const detail = this.#givenUp ?? whyCancelled(subscription);
    if (!subscription || detail !== null) return this.#conclude(unit, { ...verdict, detail }, 'cancelled');
    const chance = this.#context.random.next();
    const delayMs = nextDelayMs(subscription.retry, unit.attempts + 1, verdict.retryAfterMs, chance);
    if (delayMs === null) return this.#conclude(unit, verdict, 'cancelled');
    this.#park(unit, verdict, Math.max(delayMs, 1));
    return 'failed';
  }

  #park(unit: Unit, verdict: Verdict, delayMs: number): void {
    const { clock } = this.#context;
    this.#recording.attempt(unit, verdict, 'failed');
    unit.attempts++;
    unit.dueAt = clock.monotonic() + delayMs;
    const followers = this.#order.park(unit);
    this.#recording.parked(unit, clock.now() + delayMs);
    for (const follower of followers) this.#parkBehind(follower);
  }

  #conclude(unit: Unit, verdict: Verdict, outcome: AttemptRow['outcome']): AttemptRow['outcome'] {
    this.#recording.attempt(unit, verdict, outcome);
    for (const delivery of unit.deliveries) {
      if (unit.parked) this.#recording.unparked(delivery);
      delivery.event = null;
    }
    this.#order.release(unit, this.#context.clock.monotonic());
    return outcome;
  }

  // ---- being asked to try again -----------------------------------------------------------------------------------

  /** See `again.ts`. */
  retry(wanted: readonly Retry[]): readonly Retried[] {
    const order = this.#order;
    const { underWay } = this.#departures;
    const parkedAgain = { order, underWay, room: this.#room, recording: this.#recording, clock: this.#context.clock };
    return tryAgain(parkedAgain, wanted, (delivery) => this.#parkBehind(delivery));
  }

  // ---- edits ----------------------------------------------------------------------------------------------------

  /** Gives up what waits and is parked for a subscription that is gone or disabled; see `concludeCancelled`. */
  cancelSubscription(subscription: number, reason: string): void {
    this.#cancelled.add(this.#order.giveUp(subscription, this.#context.clock.monotonic()), reason);
  }

  /** Records some of what was given up. @returns whether there is more */
  concludeCancelled(): boolean {
    if (this.#cancelled.size === 0) return false;
    this.#cancelled.record(this.#now());
    this.dirty = true;
    this.#progress.tidy();
    return this.#cancelled.size > 0;
  }

  /**
   * Nothing more of it starts: what waits is dropped, what is parked is given up, and what is under way ends, and is not
   * tried again.
   * @param subscriptions all that it delivers to
   */
  giveUp(subscriptions: readonly number[], reason: string): void {
    this.#givenUp ??= reason;
    this.dropWaiting();
    for (const subscription of subscriptions) this.cancelSubscription(subscription, reason);
  }

  /** Of a replay: all of it is settled, or it was given up and nothing is left to do. */
  get isOver(): boolean {
    if (!this.replay || !this.idle) return false;
    return this.#givenUp !== null || this.readPosition >= this.replay.end;
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
    this.#cancelled.dropUnparked();
    for (const unit of this.#departures.underWay) if (!unit.parked) this.#untracked.add(unit);
    this.readPosition = cursor;
    this.#lastOffered = 0;
    this.dirty = true;
  }

  /** Whether it has read and settled enough to go on in step with the router at `position`. */
  mayAttach(position: number, checkpoint: number): boolean {
    return this.#room.mayAttach(position, checkpoint, this.lowWater());
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
    for (const subscription of new Set(rows.map((row) => row.subscription))) {
      const reason = whyCancelled(this.#context.subscription(subscription));
      if (reason !== null) this.cancelSubscription(subscription, reason);
    }
  }

  // ---- side lanes (`side.ts`) -------------------------------------------------------------------------------------

  /** Another lane still holds what it is to have. */
  get isExpecting(): boolean {
    return this.#standpoint !== null;
  }

  /** It is to have what another lane still holds. */
  expect(standpoint: Standpoint): void {
    this.#standpoint = standpoint;
  }

  /** Where a subscription stands here. @param position how far the router has come */
  standpointOf(subscription: number, position: () => number): Standpoint {
    return {
      lowWater: () => this.lowWater(position()),
      settledAbove: () => this.settledAbove(position()).filter((key) => key.subscription === subscription),
    };
  }

  /** All it holds for a subscription is the other lane's from now on. */
  handOver(subscription: number, standpoint: Standpoint, other: Lane): void {
    const belongings = pack(this.#holder, subscription, standpoint);
    for (const unit of belongings.underWay) this.#passedOn.set(unit, other);
    this.#dirty = true;
    other.#takeOver(belongings);
  }

  #takeOver(belongings: Belongings): void {
    this.#standpoint = null;
    this.readPosition = belongings.cursor;
    unpack(this.#holder, belongings);
    this.restoreParked(belongings.parked);
    this.#dirty = true;
  }

  get #holder(): Holder {
    return {
      endpoint: this.endpoint.number,
      clock: this.#context.clock,
      order: this.#order,
      progress: this.#progress,
      departures: this.#departures,
      cancelled: this.#cancelled,
      untracked: this.#untracked,
    };
  }

  /** Its subscription sends to another endpoint now. */
  goThrough(gate: Gate): void {
    this.#departures.goThrough(gate);
    this.gate = gate;
    this.hurry();
  }

  /** It is gone. */
  leaveGate(): void {
    this.#departures.leaveGate();
  }

  // ---- what the checkpoint has to know ----------------------------------------------------------------------------

  /** Everything up to here is settled. While attached, `routerPosition` is how far it was offered events. */
  lowWater(routerPosition = this.readPosition): number {
    if (this.#standpoint) return this.#standpoint.lowWater();
    return this.#progress.lowWater(this.attached ? routerPosition : this.readPosition);
  }

  /** How long the oldest unsettled delivery has been holding the mark, milliseconds; 0 when none does. */
  heldBackMs(): number {
    const oldest = this.#progress.oldestAt();
    return oldest === null ? 0 : this.#context.clock.monotonic() - oldest;
  }

  /** @param routerPosition how far it was offered events, while attached */
  settledAbove(routerPosition = this.readPosition): readonly DeliveryKey[] {
    if (this.#standpoint) return this.#standpoint.settledAbove();
    return this.#progress.settledAbove(this.lowWater(routerPosition));
  }

  /** @param routerPosition how far it was offered events, while attached */
  placeOf(delivery: DeliveryKey, orderKey: string, routerPosition: number): Place {
    const isSettled = (): boolean => this.#progress.isSettled(delivery, this.lowWater(routerPosition));
    return placeOf(delivery, this.#order.find(orderKey), this.#departures.underWay, isSettled);
  }

  /** Wall clock. */
  #now(): number {
    return this.#context.clock.now();
  }
}

function whyCancelled(subscription: Subscription | undefined): string | null {
  if (!subscription) return 'subscription_deleted';
  return subscription.selection.enabled ? null : 'subscription_disabled';
}
