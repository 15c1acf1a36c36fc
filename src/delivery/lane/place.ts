/** Where a delivery stands in its lane, for whoever asks why it has not arrived. */
import type { DeliveryKey } from '../../records/delivery-store.ts';
import type { CallQueue, Unit } from './unit.ts';

export interface Place {
  /** `waiting`: the lane holds it or has still to read it. `settled`: it is past it, or has parked it. */
  readonly state: 'under_way' | 'waiting' | 'settled';
  /** Another of the same order key that has to be settled before this one. */
  readonly behind: DeliveryKey | null;
}

export const holds = (unit: Unit, { subscription, seq }: DeliveryKey): boolean =>
  unit.deliveries.some((one) => one.subscription === subscription && one.seq === seq);

/** @param queue what the lane holds of its order key */
export function placeOf(
  of: DeliveryKey,
  queue: CallQueue | undefined,
  underWay: Iterable<Unit>,
  isSettled: () => boolean,
): Place {
  let before = queue?.head ?? null;
  for (const unit of underWay) {
    if (holds(unit, of)) return { state: 'under_way', behind: null };
    if (queue && unit.deliveries.some(({ key }) => key === queue)) before = unit;
  }
  const first = before && !holds(before, of) ? before.deliveries[0] : undefined;
  const behind = first ? { subscription: first.subscription, seq: first.seq } : null;
  return { state: isSettled() ? 'settled' : 'waiting', behind };
}
