/** When a reported call is over, and what is told then. */
import type { Leg } from '../../model/call.ts';
import { isMachine, liveLegs, msOf, outcomeOf, type ReportedCall, timeOf } from './reported-call.ts';
import type { ReportTeller } from './teller.ts';

/** Nobody is on the line any more: so long it is waited for who is called next, milliseconds. */
const lingerMs = { answered: 5_000, givenUp: 2_000, inVain: 30_000 };
/** A leg of which nothing is reported for so long has ended, and nobody said so. */
const longestRingMs = 10 * 60_000;
const longestTalkMs = 12 * 3_600_000;

/** @param mergedInto the call it goes on in */
export function endCall(teller: ReportTeller, one: ReportedCall, now: number, mergedInto: string | null = null): void {
  loseLegs(teller, one);
  const ends = [...one.legs.values()].flatMap(({ endedAt }) => (endedAt === null ? [] : [msOf(endedAt)]));
  const at = Math.max(msOf(one.call.startedAt), mergedInto === null ? 0 : one.lastAt, ...ends);
  const outcome = mergedInto !== null && one.call.answeredAt !== null ? 'answered' : outcomeOf(one);
  const hungUpBy = outcome === 'cancelled' || outcome === 'abandoned' ? 'caller' : null;
  one.endedAt = now;
  const relatedCallIds = mergedInto === null ? one.call.relatedCallIds : [mergedInto];
  one.call = { ...one.call, outcome, hungUpBy, endedAt: timeOf(at), relatedCallIds };
  const data = mergedInto === null ? {} : { mergedInto };
  teller.call('call.ended', one, at, data);
  teller.call('call.closed', one, at, data);
}

/** Those that are on the line still have ended, and nobody said so. */
export function loseLegs(teller: ReportTeller, one: ReportedCall): void {
  for (const leg of liveLegs(one)) {
    const lost: Leg = { ...leg, state: 'ended', outcome: 'lost', endedAt: timeOf(one.lastAt) };
    one.legs.set(leg.id, lost);
    teller.leg('leg.ended', one, lost, one.lastAt, { estimated: true });
  }
}

/** When a call ends, or what is on the line in it, if nothing more is reported of it; our clock. */
export function dueAt(one: ReportedCall): number {
  const live = liveLegs(one);
  if (live.length > 0) {
    const longest = live.some(({ answeredAt }) => answeredAt !== null) ? longestTalkMs : longestRingMs;
    return one.heardAt + longest;
  }
  const phones = [...one.legs.values()].filter((leg) => !isMachine(leg));
  if (one.call.answeredAt !== null) return one.heardAt + lingerMs.answered;
  const isOver = phones.some(({ role, outcome }) => role === 'caller' || outcome === 'cancelled');
  return one.heardAt + (isOver ? lingerMs.givenUp : lingerMs.inVain);
}
