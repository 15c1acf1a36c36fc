import { isParked } from './parking/parked.ts';
import { isInQueue } from './queues/stay.ts';
import type { CallRecord, LegRecord } from './record.ts';

/** The state a call is in, by what is connected, held, waiting and called. */
export function stateOf(call: CallRecord): CallRecord['state'] {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null);
  if (legs.some((leg) => leg.toldHeld)) return 'held';
  if (call.connected.size > 0) return 'answered';
  if (call.parked.some(isParked)) return 'parked';
  if (call.stays.some(isInQueue)) return 'queued';
  const isCalled = (leg: LegRecord): boolean => leg.role === 'callee' && leg.dialing && leg.answeredAt === null;
  if (legs.some(isCalled)) return 'ringing';
  // A queue or a menu that it has left did not answer it.
  const isAnswered = call.answeredAt !== null || (call.answeredBy !== null && call.service !== null);
  return isAnswered ? 'answered' : 'ringing';
}
