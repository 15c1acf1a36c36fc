/**
 * How legs and calls ended. A leg is judged by what connected, then by the word of its dial, made more exact by a cause
 * that says more; causes such as 16 (normal), 0 and 127 say nothing by themselves. A call is judged by its states:
 *
 * 1. met a person or a conference: answered
 * 2. left at voicemail: voicemail
 * 3. left in a queue: abandoned
 * 4. gave up while somebody was called, other than by a queue: cancelled
 * 5. best failed attempt: busy, no_answer, rejected, congested, unreachable, invalid, failed
 * 6. nobody was called, but the PBX picked up (a menu, an announcement): machine
 * 7. by the cause its caller's line ended with; the caller leaving by itself is cancelled, being turned away rejected
 *
 * A call whose end was not seen is lost, unless 1 or 2 was seen before; so is one that left a queue unseen, where an agent may
 * have had it meanwhile, and one whose line was answered unseen, where a phone that rang may have been it.
 */
import type { Call } from '../../model/call.ts';
import { outcomeOfCause } from '../../model/cause.ts';
import type { CallOutcome, LegOutcome } from '../../model/outcome.ts';
import type { Channel } from '../graph/channel.ts';
import type { CallGraph } from '../graph/graph.ts';
import { originOf } from '../graph/origin.ts';
import type { DialStatus } from '../signal.ts';
import { calledIn, isUnsure } from './queues/stay.ts';
import { initiatorOf, type CallRecord, type LegRecord } from './record.ts';

const byPriority = ['busy', 'no_answer', 'rejected', 'congested', 'unreachable', 'invalid', 'failed'] as const;

export function legOutcome(graph: CallGraph, call: CallRecord, leg: LegRecord, channel: Channel): LegOutcome {
  if (leg.transferred) return 'transferred';
  if (leg.answeredAt !== null) return 'answered';
  if (channel.end?.estimated === true) return 'lost';
  if (leg.channelId !== call.initiatorId) return calledOutcome(graph, call, leg, channel);
  // A device that software had the PBX call for its user is called first, and calls only when it picked up.
  const neverCalled = call.originated && !lineUp(channel);
  if (neverCalled) return calledOutcome(graph, call, leg, channel);
  const outcome = callOutcome(call);
  // Others talked, this caller was not there.
  return outcome === 'answered' ? unansweredOutcome(call) : outcome;
}

/** The PBX had picked up the line of this channel, or it had picked up itself. */
export const lineUp = (channel: Channel): boolean => channel.facts?.state === 'up';

function calledOutcome(graph: CallGraph, call: CallRecord, leg: LegRecord, channel: Channel): LegOutcome {
  if (leg.pickedUpBy !== null) return 'answered_elsewhere';
  if (call.givenUp) return 'cancelled';
  const status = dialStatus(graph, channel);
  const byCause = outcomeOfCause(channel.end?.cause ?? null, channel.end?.sipStatus ?? null);
  if (status === 'forwarded' || status === 'rejected' || status === 'failed') return status;
  if (status === 'busy' || status === 'no_answer' || status === 'congested' || status === 'unreachable') {
    // A device that stopped ringing because the dial gave up reports that it was cancelled: the dial knows better.
    return byCause === null || byCause === 'answered_elsewhere' || byCause === 'cancelled' ? status : byCause;
  }
  if (winnerOf(call, leg)) return 'answered_elsewhere';
  if (byCause !== null && status !== 'cancelled') return byCause;
  if (byCause === 'answered_elsewhere') return byCause;
  // It picked up, heard what it is about, and hung up before it was connected.
  if (status === 'answered' && lineUp(channel) && !callerGone(call, leg)) return 'rejected';
  return status === 'cancelled' || status === 'aborted' || callerGone(call, leg) ? 'cancelled' : 'no_answer';
}

/** The word of the nearest dial that said one. */
function dialStatus(graph: CallGraph, channel: Channel): DialStatus | null {
  const path = originOf(graph, channel)?.path ?? channel.incoming.toReversed();
  return path.find((dial) => dial.status !== null && dial.status !== 'continued')?.status ?? null;
}

/** The called leg that took the call instead of this one, while this one was called. */
export function winnerOf(call: CallRecord, leg: LegRecord): LegRecord | undefined {
  if (leg.pickedUpBy !== null) return call.legs.get(leg.pickedUpBy);
  const isWinner = (other: LegRecord): boolean =>
    other.answeredAt === null ? tookUp(call, other) : other.answeredAt >= leg.startedAt;
  return [...call.legs.values()].find(
    (other) => other !== leg && other.channelId !== call.initiatorId && isWinner(other),
  );
}

/** It picked up and is about to be connected. */
function tookUp(call: CallRecord, leg: LegRecord): boolean {
  const channel = call.group.channels.get(leg.channelId);
  return channel?.end === null && channel.incoming.some((dial) => dial.status === 'answered');
}

function callerGone(call: CallRecord, leg: LegRecord): boolean {
  const initiator = initiatorOf(call);
  if (call.hungUp?.by === 'caller' || !initiator) return true;
  return initiator !== leg && (initiator.endedAt !== null || isOver(call, initiator));
}

const isOver = (call: CallRecord, leg: LegRecord): boolean => {
  const channel = call.group.channels.get(leg.channelId);
  return !channel || channel.end !== null;
};

export function callOutcome(call: CallRecord): CallOutcome {
  if (call.metPerson || (call.answeredAt !== null && call.servicesReached.has('conference'))) return 'answered';
  return unansweredOutcome(call);
}

function unansweredOutcome(call: CallRecord): CallOutcome {
  if (call.servicesReached.has('voicemail')) return 'voicemail';
  if (call.estimated || call.stays.some(isUnsure) || mayHaveTalked(call)) return 'lost';
  if (call.service?.kind === 'queue' || call.stays.some(({ gaveUp }) => gaveUp)) return 'abandoned';
  const results = resultsSoFar(call);
  if (results.has('cancelled') || isCalling(call)) return 'cancelled';
  const best = byPriority.find((outcome) => results.has(outcome));
  if (best) return best;
  if (results.has('forwarded') || results.has('answered_elsewhere')) return 'no_answer';
  // It waited in a queue, which let it go, or did not let it in.
  const wasInQueue = call.stays.length > 0 || (call.callerEnd?.queueStatus ?? null) !== null;
  return wasInQueue ? 'no_answer' : outcomeOfCaller(call);
}

/** Somebody may have answered it, unseen: a phone that rang before, or whoever it was where nothing else has answered it. */
const mayHaveTalked = ({ upUnseen, legs, servicesReached }: CallRecord): boolean =>
  upUnseen &&
  (servicesReached.size === 0 ||
    [...legs.values()].some(
      ({ role, outcome, answeredAt }) => role === 'callee' && outcome === 'lost' && answeredAt === null,
    ));

/**
 * What an attempt at a device says of the call. That a queue called an agent no more says nothing of the caller, who may
 * have pressed a key, or been let go; one who gave up there has abandoned it.
 */
export const attemptOf = (call: CallRecord, leg: LegRecord, outcome: LegOutcome): LegOutcome =>
  outcome === 'cancelled' && calledIn(call.stays, leg) ? 'no_answer' : outcome;

/** How attempts went: of legs that ended, and of those whose dial is over while the PBX still clears them away. */
function resultsSoFar(call: CallRecord): ReadonlySet<LegOutcome> {
  const results = new Set(call.results);
  for (const leg of calledLegs(call)) {
    const outcome = outcomeOfStatus(lastStatus(call, leg));
    if (outcome) results.add(attemptOf(call, leg, outcome));
  }
  return results;
}

/** Somebody is being called right now, and not by a queue. */
const isCalling = (call: CallRecord): boolean =>
  calledLegs(call).some(
    (leg) => leg.dialing && lastStatus(call, leg) === null && !isOver(call, leg) && !calledIn(call.stays, leg),
  );

const calledLegs = (call: CallRecord): readonly LegRecord[] =>
  [...call.legs.values()].filter(
    (leg) => leg.channelId !== call.initiatorId && leg.endedAt === null && leg.answeredAt === null,
  );

/** The phone is called no more, and was not answered, whether or not its line is gone yet. */
export const attemptIsOver = (call: CallRecord, leg: LegRecord): boolean =>
  outcomeOfStatus(lastStatus(call, leg)) !== null;

/** The word of the last dial to this leg; null while it is under way. */
const lastStatus = (call: CallRecord, leg: LegRecord): DialStatus | null =>
  call.group.channels.get(leg.channelId)?.incoming.at(-1)?.status ?? null;

function outcomeOfStatus(status: DialStatus | null): LegOutcome | null {
  if (status === null || status === 'answered' || status === 'continued') return null;
  return status === 'aborted' ? 'cancelled' : status;
}

function outcomeOfCaller(call: CallRecord): CallOutcome {
  const end = call.callerEnd;
  if (call.servicesReached.has('ivr') || call.servicesReached.has('conference')) return 'machine';
  const byCause = end ? outcomeOfCause(end.cause, end.sipStatus) : null;
  const asCall = byPriority.find((outcome) => outcome === byCause);
  // A line that the PBX called is up because its user picked up: why it could not be led on says more.
  if (end?.lineUp && !(call.originated && asCall)) return 'machine';
  if (asCall) return asCall;
  return call.hungUp?.by === 'caller' || end === null ? 'cancelled' : 'rejected';
}

/** Who ended the call: the first device that asked for it, else the first that left, else what the outcome tells. */
export function hungUpBy(call: CallRecord, outcome: CallOutcome): Call['hungUpBy'] {
  // Who is turned away hangs up as well, but only since the PBX asks for it.
  const isTurnedAway =
    call.results.size === 0 && (outcome === 'busy' || outcome === 'congested' || outcome === 'rejected');
  if (call.hungUp) return isTurnedAway && call.hungUp.by === 'caller' ? 'system' : call.hungUp.by;
  if (call.estimated) return null;
  if (call.givenUp) return 'system';
  if (outcome === 'busy' || outcome === 'rejected') return call.results.has(outcome) ? 'callee' : 'system';
  return outcome === 'cancelled' ? 'caller' : 'system';
}
