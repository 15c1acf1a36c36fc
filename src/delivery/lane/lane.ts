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
import type { Event } from '../../model/event.ts';
import type { DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import type { Breaker } from '../breaker.ts';
import { longestRetryAfterMs } from '../retry-policy.ts';
import { type Retried, type Retry, tryAgain } from './again.ts';
import { Cancelled } from './cancelled.ts';
import { Departures } from './departures.ts';
import { Endings, whyCancelled } from './endings.ts';
import type { Gate } from './gate.ts';
import { type Belongings, HandOver, type Standpoint } from './hand-over.ts';
import { Intake } from './intake.ts';
import type { LaneLimits } from './limits.ts';
import { Order } from './order.ts';
import type { LaneContext, LaneParts } from './parts.ts';
import type { ParkedBySubscription } from './parked.ts';
import { type Place, placeOf } from './place.ts';
import { Progress } from './progress.ts';
import { Recording } from './recording.ts';
import type { ReplaySource } from './replay-source.ts';
import { Room } from './room.ts';
import type { Side } from './side.ts';
import type { Unit, Verdict } from './unit.ts';

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

  readonly #context: LaneContext;
  readonly #order: Order;
  readonly #progress = new Progress();
  readonly #departures: Departures;
  readonly #cancelled: Cancelled;
  readonly #parts: LaneParts;
  readonly #room: Room;
  readonly #intake: Intake;
  readonly #endings: Endings;
  readonly #handOver: HandOver<Lane>;
  /** Why nothing more is to start. */
  #givenUp: string | null = null;

  constructor(gate: Gate, context: LaneContext, limits: LaneLimits, kind: Kind | null = null) {
    this.gate = gate;
    const replay = kind && 'replay' in kind ? kind.replay : null;
    this.replay = replay;
    this.side = kind && 'side' in kind ? kind.side : null;
    this.#context = context;
    const endpoint = (): number => this.endpoint.number;
    const recording = new Recording(endpoint, replay?.number ?? 0, context.recorder);
    const [order, progress] = [new Order(context.memory), this.#progress];
    this.#order = order;
    this.#cancelled = new Cancelled(recording);
    const maxBatch = (number: number): number => {
      const subscription = context.subscription(number);
      return subscription ? context.maxBatch(subscription) : 1;
    };
    const held = (): boolean => this.side?.paused === true || replay?.paused === true;
    this.#departures = new Departures({ gate, order, clock: context.clock, maxBatch, held, replay });
    const [departures, cancelled, untracked] = [this.#departures, this.#cancelled, new Set<Unit>()];
    this.#parts = { context, recording, order, progress, departures, cancelled, untracked, dirty: false };
    this.#room = new Room(this, order, progress, limits, context.memory);
    this.#intake = new Intake(this.#parts, this.#room, replay !== null);
    const parkBehind = this.#intake.parkBehind.bind(this.#intake);
    this.#endings = new Endings({ parts: this.#parts, parkBehind, givenUp: () => this.#givenUp });
    this.#handOver = new HandOver(this.#parts, endpoint);
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
    return this.#parts.dirty || this.isExpecting;
  }

  set dirty(dirty: boolean) {
    this.#parts.dirty = dirty;
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

  /** The same for each subscription; it looks at all of them. */
  parkedBySubscription(): ParkedBySubscription {
    return this.#order.parkedBySubscription();
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
    return this.#parts.untracked.size;
  }

  /** Deliveries that are not settled, or settled above one that is not. */
  get outstanding(): number {
    return this.#progress.size;
  }

  /** It reads nothing new, since as many are parked as may be. */
  get isParkedFull(): boolean {
    return !this.#room.hasParkingRoom;
  }

  /** It was so when it was last looked at. */
  get wasParkedFull(): boolean {
    return this.#room.wasParkedFull;
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
    return this.#intake.offer(subscription, event);
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
    return this.#handOver.holderOf(unit) ?? this;
  }

  /** @returns what is remembered of it: a failure that was the last one is `cancelled` */
  finished(unit: Unit, verdict: Verdict): Verdict['outcome'] {
    return this.#endings.finished(unit, verdict);
  }

  // ---- being asked to try again -----------------------------------------------------------------------------------

  /** See `again.ts`. */
  retry(wanted: readonly Retry[]): readonly Retried[] {
    const { order, recording, departures, context } = this.#parts;
    const deps = { order, underWay: departures.underWay, room: this.#room, recording, clock: context.clock };
    return tryAgain(deps, wanted, (delivery) => this.#intake.parkBehind(delivery));
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
    for (const unit of this.#departures.underWay) if (!unit.parked) this.#parts.untracked.add(unit);
    this.readPosition = cursor;
    this.#intake.startOver();
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
    return this.#handOver.standpoint !== null;
  }

  /** It is to have what another lane still holds. */
  expect(standpoint: Standpoint): void {
    this.#handOver.standpoint = standpoint;
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
    other.#takeOver(this.#handOver.give(subscription, standpoint, other));
  }

  #takeOver(belongings: Belongings): void {
    this.readPosition = belongings.cursor;
    this.#handOver.take(belongings);
    this.restoreParked(belongings.parked);
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
    const { standpoint } = this.#handOver;
    if (standpoint) return standpoint.lowWater();
    return this.#progress.lowWater(this.attached ? routerPosition : this.readPosition);
  }

  /** How long the oldest unsettled delivery has been holding the mark, milliseconds; 0 when none does. */
  heldBackMs(): number {
    const oldest = this.#progress.oldestAt();
    return oldest === null ? 0 : this.#context.clock.monotonic() - oldest;
  }

  /** @param routerPosition how far it was offered events, while attached */
  settledAbove(routerPosition = this.readPosition): readonly DeliveryKey[] {
    const { standpoint } = this.#handOver;
    if (standpoint) return standpoint.settledAbove();
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
