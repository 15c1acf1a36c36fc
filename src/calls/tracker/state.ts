import { isParked, type Parked } from './parking/parked.ts';
import { isInQueue, type QueueStay } from './queues/stay.ts';
import type { CallRecord, LegRecord } from './record.ts';

/** The state a call is in, by what is connected, held, waiting and called. */
export function stateOf(call: CallRecord): CallRecord['state'] {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null);
  if (legs.some((leg) => leg.toldHeld)) return 'held';
  if (call.connected.size > 0) return 'answered';
  if (call.parked.some(isParked) || gaveUpIn(call.parked, legs)) return 'parked';
  if (call.stays.some(isInQueue) || gaveUpIn(call.stays, legs)) return 'queued';
  const isCalled = (leg: LegRecord): boolean => leg.role === 'callee' && leg.dialing && leg.answeredAt === null;
  if (legs.some(isCalled)) return 'ringing';
  // A queue or a menu that it has left did not answer it; a queue never does.
  const byMachine = call.answeredBy !== null && call.service !== null && call.service.kind !== 'queue';
  return call.answeredAt !== null || byMachine ? 'answered' : 'ringing';
}

/** Whoever gave up in a queue or a slot was there to the last, and nobody else is left in the call. */
function gaveUpIn(places: readonly Place[], legs: readonly LegRecord[]): boolean {
  const left = new Set(places.flatMap((place) => (hasGivenUp(place) ? [place.channelId] : [])));
  return left.size > 0 && legs.every(({ channelId }) => left.has(channelId));
}

type Place = QueueStay | Parked;

const hasGivenUp = (place: Place): boolean => ('gaveUp' in place ? place.gaveUp : place.state === 'abandoned');
