/**
 * What of a lane may start now, and when that may change: what its gate says of the receiver (`gate.ts`), and whose turn
 * it is. What there is to start, and in which order, is kept in `order.ts`.
 */
import type { Clock } from '../../kit/clock.ts';
import { RateLimit } from '../share/rate-limit.ts';
import type { Gate } from './gate.ts';
import type { Order } from './order.ts';
import type { ReplaySource } from './replay-source.ts';
import type { Unit, Verdict } from './unit.ts';

export interface DeparturesDeps {
  readonly gate: Gate;
  readonly order: Order;
  readonly clock: Clock;
  /** Most events one request for a subscription may carry. */
  readonly maxBatch: (subscription: number) => number;
  /** Nothing of this lane may start, whatever its gate says. */
  readonly held: () => boolean;
  readonly replay: ReplaySource | null;
}

export class Departures {
  #gate: Gate;
  readonly #order: Order;
  readonly #clock: Clock;
  readonly #maxBatch: (subscription: number) => number;
  /** Of a replay: how fast it may go. Null: it is the live lane's. */
  readonly #pace: RateLimit | null;
  /** 0: it is the live lane's. */
  readonly #replay: number;
  readonly #held: () => boolean;
  readonly #underWay = new Set<Unit>();
  /** The last unit that started was a parked one. */
  #retriedLast = false;

  constructor({ gate, order, clock, maxBatch, held, replay }: DeparturesDeps) {
    this.#gate = gate;
    this.#order = order;
    this.#clock = clock;
    this.#maxBatch = maxBatch;
    this.#held = held;
    this.#replay = replay?.number ?? 0;
    this.#pace = replay && new RateLimit(replay.ratePerSecond);
    if (!replay) gate.live.add(this);
  }

  /** What is under way still counts at the former one. */
  goThrough(gate: Gate): void {
    this.leaveGate();
    this.#gate = gate;
    if (this.#replay === 0) gate.live.add(this);
  }

  /** Nothing of it starts any more. */
  leaveGate(): void {
    this.#gate.live.delete(this);
  }

  /** Units of a subscription end in another lane. */
  passOn(subscription: number): Unit[] {
    const units = [...this.#underWay].filter((unit) => unit.subscription === subscription);
    for (const unit of units) this.#underWay.delete(unit);
    return units;
  }

  /** One that is under way ends here. */
  takeOn(unit: Unit): void {
    this.#underWay.add(unit);
  }

  get underWay(): ReadonlySet<Unit> {
    return this.#underWay;
  }

  /** The next unit to send now, marked as under way; null when there is none or it may not start yet. */
  take(): Unit | null {
    const gate = this.#gate;
    const now = this.#clock.monotonic();
    if (this.#windowFull(now) || this.#readyAt(now) > now) return null;
    const unit = gate.breaker.state === 'open' ? this.#takeProbe(now) : this.#takeInTurn(now);
    if (!unit) return null;
    gate.rate.take();
    this.#pace?.take();
    gate.inFlight++;
    unit.inFlight = true;
    unit.receiver = gate.receiver;
    unit.gate = gate;
    unit.replay = this.#replay;
    this.#underWay.add(unit);
    return unit;
  }

  #windowFull(now: number): boolean {
    if (this.#held()) return true;
    const { size } = this.#underWay;
    return this.#replay === 0 ? this.#gate.isFull() : this.#gate.isFullForReplay(size, now);
  }

  mayGo(now: number): boolean {
    if (this.#held()) return false;
    if (this.#order.nextDueAt <= now) return true;
    const { state, probeAt } = this.#gate.breaker;
    return this.#order.hasReady && (state !== 'open' || now >= probeAt);
  }

  /** It goes alone, whatever the dialect allows. */
  #takeProbe(now: number): Unit | null {
    return this.#order.takeDue(now) ?? (now >= this.#gate.breaker.probeAt ? this.#order.takeReady(() => 1) : null);
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
   * @param now monotonic; no later than when it was asked whether it wants to be read for
   */
  wakeAt(moreToRead: boolean, now: number): number | null {
    if (this.#windowFull(now)) return null;
    const at = Math.min(this.#order.nextDueAt, this.#firstAt(moreToRead, now));
    if (at === Infinity) return null;
    return Math.max(at, this.#readyAt(now));
  }

  /** When the receiver's wishes, the rates and the time for rendering allow one more. */
  #readyAt(now: number): number {
    const { receiver, rate, rendering } = this.#gate;
    const pacedAt = this.#pace?.readyAt(now) ?? 0;
    return Math.max(receiver.askedToWaitUntil, rate.readyAt(now), rendering.readyAt(now), pacedAt);
  }

  #firstAt(moreToRead: boolean, now: number): number {
    const { state, probeAt } = this.#gate.breaker;
    if (state !== 'open') return this.#order.hasReady ? 0 : Infinity;
    if (this.#order.hasReady) return probeAt;
    // Once that time has come, it is read for, or something else stands in the way that time alone does not change.
    return moreToRead && probeAt > now ? probeAt : Infinity;
  }

  /** @param chance uniform in [0, 1) */
  ended(unit: Unit, verdict: Verdict, chance: () => number): void {
    const gate = unit.gate ?? this.#gate;
    unit.inFlight = false;
    gate.inFlight--;
    this.#underWay.delete(unit);
    if (verdict.outcome === 'stopped') return;
    if (!verdict.requested) this.#giveBack(gate);
    else unit.receiver?.judge(verdict, this.#clock.monotonic(), gate.endpoint.maxInFlight, chance());
  }

  #giveBack(gate: Gate): void {
    gate.rate.giveBack();
    this.#pace?.giveBack();
  }
}
