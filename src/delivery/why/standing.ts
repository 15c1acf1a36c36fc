/** How a delivery stands at its endpoint: where it is in the lane, and what keeps the lane from sending it now. */
import type { Clock } from '../../kit/clock.ts';
import { eventsBetween } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { DeliveryKey } from '../../records/delivery-store.ts';
import type { Lane } from '../lane/lane.ts';
import type { Place } from '../lane/place.ts';

export interface Standing extends Place {
  /** Events that may lie before it; an upper bound. */
  readonly ahead: number;
  /** What keeps its lane from starting anything more now. */
  readonly holds: readonly Hold[];
}

export interface Hold {
  /**
   * - `paused`: somebody paused the endpoint, or the subscription alone. `breaker`: it is open. `retry_after`: the receiver asked to be left alone.
   * - `rate`: of the endpoint's rate limit. `window`: as many requests are under way as may be.
   * - `rendering`: the templates of its domain take more time than it has.
   * - `turn`: its domain has as many requests under way as it may, or all domains together do; it is in line.
   * - `parked`: so many deliveries of it failed and are to be tried again that nothing new is read.
   */
  readonly by: 'paused' | 'breaker' | 'retry_after' | 'rate' | 'window' | 'rendering' | 'turn' | 'parked';
  /** Wall clock, milliseconds; null where no time is known. */
  readonly until: number | null;
}

export interface StandingDeps {
  readonly clock: Clock;
  readonly log: Pick<EventLog, 'holes'>;
  /** Undefined while its endpoint has had nothing to do. */
  readonly lane: Lane | undefined;
  /** How far the router has come. */
  readonly position: number;
  /** It waits in line with others for a request to come free. */
  readonly inLine: boolean;
}

export function standingOf(
  { clock, log, lane, position, inLine }: StandingDeps,
  of: DeliveryKey,
  orderKey: string,
): Standing {
  const lowWater = lane?.lowWater(position) ?? position;
  const unknown: Place = { state: of.seq > position ? 'waiting' : 'settled', behind: null };
  const place = lane?.placeOf(of, orderKey, position) ?? unknown;
  const ahead = Math.max(0, eventsBetween(log, lowWater, of.seq) - 1);
  return { ...place, ahead, holds: lane ? holdsOf(lane, clock, inLine) : [] };
}

function holdsOf(lane: Lane, clock: Clock, inLine: boolean): Hold[] {
  const { gate, paused } = lane;
  const now = clock.monotonic();
  const wall = (at: number): number => clock.now() + (at - now);
  const { breaker, receiver, rate } = gate;
  const holds: Hold[] = [];
  if (paused) holds.push({ by: 'paused', until: null });
  if (breaker.state === 'open') holds.push({ by: 'breaker', until: Math.max(clock.now(), wall(breaker.probeAt)) });
  if (receiver.askedToWaitUntil > now) holds.push({ by: 'retry_after', until: wall(receiver.askedToWaitUntil) });
  const nextAt = rate.readyAt(now);
  if (nextAt > now) holds.push({ by: 'rate', until: wall(nextAt) });
  const renderedAt = gate.rendering.readyAt(now);
  if (renderedAt > now) holds.push({ by: 'rendering', until: wall(renderedAt) });
  if (gate.isFull() && !paused) holds.push({ by: 'window', until: null });
  if (inLine) holds.push({ by: 'turn', until: null });
  if (lane.isParkedFull) holds.push({ by: 'parked', until: null });
  return holds;
}
