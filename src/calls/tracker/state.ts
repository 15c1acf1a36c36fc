import { attemptIsOver } from './outcome.ts';
import { isParked } from './parking/parked.ts';
import { calledIn, isInQueue } from './queues/stay.ts';
import type { CallRecord, LegRecord } from './record.ts';

/** The state a call is in, by what is connected, held, waiting and called. */
export function stateOf(call: CallRecord): CallRecord['state'] {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null);
  if (legs.some((leg) => leg.toldHeld)) return 'held';
  if (call.connected.size > 0) return 'answered';
  if (call.parked.some(isParked) || gaveUpParked(call, legs)) return 'parked';
  if (call.stays.some(isInQueue) || gaveUpWaiting(call, legs)) return 'queued';
  // A queue or a menu that it has left did not answer it; a queue never does.
  const byMachine = call.answeredBy !== null && call.service !== null && call.service.kind !== 'queue';
  // A mailbox may have the caller while the line of a phone that is called no more is still cleared away.
  const isCalled = (leg: LegRecord): boolean =>
    leg.role === 'callee' && leg.dialing && leg.answeredAt === null && !(byMachine && attemptIsOver(call, leg));
  if (legs.some(isCalled)) return 'ringing';
  return call.answeredAt !== null || byMachine ? 'answered' : 'ringing';
}

/** Whoever gave up in a queue was there to the last: nobody else is left in the call but agents that are called no more. */
function gaveUpWaiting({ stays }: CallRecord, legs: readonly LegRecord[]): boolean {
  const left = stays.filter(({ gaveUp }) => gaveUp);
  const isIn = (leg: LegRecord): boolean => left.some(({ channelId }) => channelId === leg.channelId);
  return left.length > 0 && legs.every((leg) => isIn(leg) || calledIn(left, leg));
}

/** Likewise in a slot. */
function gaveUpParked({ parked }: CallRecord, legs: readonly LegRecord[]): boolean {
  const left = parked.flatMap(({ state, channelId }) => (state === 'abandoned' ? [channelId] : []));
  return left.length > 0 && legs.every(({ channelId }) => left.includes(channelId));
}
