/**
 * Deliveries that somebody wants tried again at once.
 *
 *   under way ──> as it is
 *   scheduled ──> due now; its row says so
 *   behind another of its key ──> refused: that one goes first
 *   settled, nothing of its key parked or under way ──> parked again, due now, with the attempts it had; what waits of its
 *     key is parked behind it
 *   settled, another of its key parked ──> parked behind that one
 *   settled, another of its key under way for the first time ──> refused: it has to end first
 * What becomes of it then follows the plan of its subscription, from the attempt it had come to. Window, breaker, rate and
 * pause hold as for all that is parked: while the breaker is open, it is the probe.
 */
import type { Clock } from '../../kit/clock.ts';
import type { DeliveryKey } from '../../records/delivery-store.ts';
import type { Order } from './order.ts';
import { holds, placeOf } from './place.ts';
import type { Recording } from './recording.ts';
import type { Room } from './room.ts';
import type { Delivery, Unit } from './unit.ts';

export interface Retry extends DeliveryKey {
  readonly orderKey: string;
  /** Made so far. */
  readonly attempts: number;
  /** It has a row. */
  readonly parked: boolean;
}

export type Retried =
  | { readonly kind: 'due' | 'under_way' }
  /** Parked again, behind another. */
  | { readonly kind: 'parked_behind'; readonly behind: DeliveryKey }
  /** Refused: that one goes first. */
  | { readonly kind: 'behind'; readonly behind: DeliveryKey }
  /** Refused: as many are parked as may be. */
  | { readonly kind: 'full' }
  /** It was parked, and has been settled since. */
  | { readonly kind: 'settled' };

export interface AgainDeps {
  readonly order: Order;
  readonly underWay: ReadonlySet<Unit>;
  readonly room: Room;
  readonly recording: Recording;
  readonly clock: Clock;
}

/** @param parkBehind makes durable that one which waited is parked */
export function tryAgain(
  deps: AgainDeps,
  wanted: readonly Retry[],
  parkBehind: (delivery: Delivery) => void,
): readonly Retried[] {
  const { order, clock } = deps;
  const hurried = new Set<Unit>();
  const retried = wanted.map((retry) => one(deps, retry, hurried, parkBehind));
  if (hurried.size > 0) order.hurry(clock.monotonic(), hurried);
  return retried;
}

function one(deps: AgainDeps, retry: Retry, hurried: Set<Unit>, parkBehind: (delivery: Delivery) => void): Retried {
  const { order, underWay, room, recording, clock } = deps;
  const queue = order.find(retry.orderKey);
  const { state, behind } = placeOf(retry, queue, underWay, () => true);
  if (state === 'under_way') return { kind: 'under_way' };
  const head = queue?.head ?? null;
  if (head && holds(head, retry)) {
    hurried.add(head);
    recording.parked(head, clock.now());
    return { kind: 'due' };
  }
  if (retry.parked) return behind ? { kind: 'behind', behind } : { kind: 'settled' };
  if (behind && !head) return { kind: 'behind', behind };
  if (!room.hasParkingRoom) return { kind: 'full' };
  takeBack(deps, retry, parkBehind);
  return behind ? { kind: 'parked_behind', behind } : { kind: 'due' };
}

function takeBack(
  { order, recording, clock }: AgainDeps,
  { subscription, seq, orderKey, attempts }: Retry,
  parkBehind: (delivery: Delivery) => void,
): void {
  const key = order.keyOf(orderKey);
  const delivery: Delivery = { subscription, seq, key, offeredAt: 0, size: 0, event: null, settled: true };
  const { unit, followers } = order.takeBack(delivery, attempts, clock.monotonic());
  if (unit) recording.parked(unit, clock.now());
  else recording.parkedBehind(delivery, attempts);
  for (const follower of followers) parkBehind(follower);
}
