/** What one lane holds for a subscription goes over to another, in one turn: see `side.ts`. */
import type { Clock } from '../../kit/clock.ts';
import type { DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import type { Cancelled } from './cancelled.ts';
import type { Departures } from './departures.ts';
import type { Order } from './order.ts';
import type { Progress } from './progress.ts';
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

/** A lane's parts. */
export interface Holder {
  readonly endpoint: number;
  readonly clock: Clock;
  readonly order: Order;
  readonly progress: Progress;
  readonly departures: Departures;
  readonly cancelled: Cancelled;
  readonly untracked: Set<Unit>;
}

/** The lane lets go of all it holds for the subscription. */
export function pack(holder: Holder, subscription: number, standpoint: Standpoint): Belongings {
  const { clock, order, progress, departures, cancelled, untracked } = holder;
  const [cursor, settledAbove] = [standpoint.lowWater(), standpoint.settledAbove()];
  const now = clock.monotonic();
  const parked = order.giveUp(subscription, now).filter((given) => given.parked);
  const underWay = departures.passOn(subscription);
  for (const unit of underWay) {
    order.release(unit, now);
    untracked.delete(unit);
  }
  cancelled.dropUnparked(subscription);
  progress.leave(subscription);
  return { cursor, settledAbove, parked: parked.map((given) => rowOf(holder, given)), underWay };
}

function rowOf({ endpoint, clock }: Holder, given: GivenUp): ParkedRow {
  const { subscription, seq, batch, orderKey, attempts } = given;
  const dueAt = given.dueAt === null ? null : clock.now() + given.dueAt - clock.monotonic();
  return { subscription, endpoint, seq, replay: 0, batch, orderKey, attempts, dueAt };
}

/** The lane has it, but for what was parked. What is under way has to end before it reads on. */
export function unpack({ order, progress, departures, untracked }: Holder, belongings: Belongings): void {
  for (const key of belongings.settledAbove) progress.remember(key);
  for (const unit of belongings.underWay) {
    order.adopt(unit);
    departures.takeOn(unit);
    if (!unit.parked) untracked.add(unit);
  }
}
