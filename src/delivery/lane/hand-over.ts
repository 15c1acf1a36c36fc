/** What one lane holds for a subscription goes over to another, in one turn: see `side.ts`. */
import type { DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { LaneParts } from './parts.ts';
import type { GivenUp, Unit } from './unit.ts';

/** Where a subscription stands in a lane. */
export interface Standpoint {
  /** Everything up to here is settled. */
  lowWater(): number;
  /** So are these. */
  settledAbove(): readonly DeliveryKey[];
}

/** What a lane holds for one subscription. */
export interface Belongings {
  readonly cursor: number;
  readonly settledAbove: readonly DeliveryKey[];
  readonly parked: readonly ParkedRow[];
  readonly underWay: readonly Unit[];
}

/** One lane's side of it, giving or taking. `Other` is the lane that takes. */
export class HandOver<Other> {
  /** Of a lane that is to take: where its subscription stands until then. */
  standpoint: Standpoint | null = null;
  readonly #parts: LaneParts;
  readonly #endpoint: () => number;
  /** Units under way that end in another lane. */
  readonly #passedOn = new Map<Unit, Other>();

  /** @param endpoint whose rows the lane's are */
  constructor(parts: LaneParts, endpoint: () => number) {
    this.#parts = parts;
    this.#endpoint = endpoint;
  }

  /** The lane in which a unit that was taken here ends; undefined: this one. To be asked once. */
  holderOf(unit: Unit): Other | undefined {
    const other = this.#passedOn.get(unit);
    this.#passedOn.delete(unit);
    return other;
  }

  /** The lane lets go of all it holds for the subscription. */
  give(subscription: number, standpoint: Standpoint, other: Other): Belongings {
    const { context, order, progress, departures, cancelled, untracked } = this.#parts;
    const [cursor, settledAbove] = [standpoint.lowWater(), standpoint.settledAbove()];
    const now = context.clock.monotonic();
    const parked = order.giveUp(subscription, now).filter((given) => given.parked);
    const underWay = departures.passOn(subscription);
    for (const unit of underWay) {
      order.release(unit, now);
      untracked.delete(unit);
      this.#passedOn.set(unit, other);
    }
    cancelled.dropUnparked(subscription);
    progress.leave(subscription);
    this.#parts.dirty = true;
    return { cursor, settledAbove, parked: parked.map((given) => this.#rowOf(given)), underWay };
  }

  #rowOf({ subscription, seq, batch, orderKey, attempts, dueAt: at }: GivenUp): ParkedRow {
    const { clock } = this.#parts.context;
    const dueAt = at === null ? null : clock.now() + at - clock.monotonic();
    return { subscription, endpoint: this.#endpoint(), seq, replay: 0, batch, orderKey, attempts, dueAt };
  }

  /** The lane has it, but for what was parked. What is under way has to end before it reads on. */
  take(belongings: Belongings): void {
    const { order, progress, departures, untracked } = this.#parts;
    this.standpoint = null;
    for (const key of belongings.settledAbove) progress.remember(key);
    for (const unit of belongings.underWay) {
      order.adopt(unit);
      departures.takeOn(unit);
      if (!unit.parked) untracked.add(unit);
    }
    this.#parts.dirty = true;
  }
}
