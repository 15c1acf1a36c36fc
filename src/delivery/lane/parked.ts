/** What is parked for single subscriptions, and for whom it waits: for whoever asks why nothing comes where nothing fails. */
import type { Queue } from '../../kit/queue.ts';
import type { CallQueue, Unit } from './unit.ts';

export interface Parked {
  /** Deliveries that wait for an attempt of their own: they failed, or what they waited for has just been settled. */
  readonly retrying: number;
  /** Deliveries that wait for an earlier one of the same call, which is one of those. */
  readonly behind: number;
  /** Those of them for which that is another subscription's. */
  readonly behindOthers: number;
  /** The other subscriptions, by number. */
  readonly heldBy: ReadonlySet<number>;
  /** When the first that is tried again is due, monotonic; null where nothing is parked, or it is paused. */
  readonly dueAt: number | null;
}

interface Counted extends Parked {
  retrying: number;
  behind: number;
  behindOthers: number;
  readonly heldBy: Set<number>;
  dueAt: number | null;
}

export type ParkedBySubscription = ReadonlyMap<number, Parked>;

export const nothingParked: Parked = { retrying: 0, behind: 0, behindOthers: 0, heldBy: new Set(), dueAt: null };

/** Takes time in proportion to what is parked. */
export function parkedIn(keys: Iterable<CallQueue>): ParkedBySubscription {
  const found = new Map<number, Counted>();
  const units = new Set<Unit>();
  const of = (subscription: number, { dueAt }: Unit): Counted => {
    let counted = found.get(subscription);
    if (!counted) found.set(subscription, (counted = { ...nothingParked, heldBy: new Set() }));
    counted.dueAt = Math.min(counted.dueAt ?? Infinity, dueAt);
    return counted;
  };
  for (const { head, behind } of keys) {
    if (head === null) continue;
    units.add(head);
    if (behind) countBehind(head, behind, (subscription) => of(subscription, head));
  }
  for (const unit of units) of(unit.subscription, unit).retrying += unit.deliveries.length;
  return found;
}

/** @param behind subscription and sequence in turn; walked by place, which takes a third of the time an iterator does */
function countBehind(head: Unit, behind: Queue<number>, of: (subscription: number) => Counted): void {
  for (let at = 0; at < behind.size; at += 2) {
    const number = behind.at(at) as number;
    const counted = of(number);
    counted.behind++;
    if (number === head.subscription) continue;
    counted.behindOthers++;
    counted.heldBy.add(head.subscription);
  }
}

/** Of one subscription in several lanes. */
export function parkedTogether(one: Parked, other: Parked): Parked {
  const times = [one.dueAt, other.dueAt].filter((at) => at !== null);
  return {
    retrying: one.retrying + other.retrying,
    behind: one.behind + other.behind,
    behindOthers: one.behindOthers + other.behindOthers,
    heldBy: new Set([...one.heldBy, ...other.heldBy]),
    dueAt: times.length === 0 ? null : Math.min(...times),
  };
}
