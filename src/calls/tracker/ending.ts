import type { LegOutcome } from '../../model/outcome.ts';
import { isLive, type Channel } from '../graph/channel.ts';
import { closeMachines } from './machines/settle-machines.ts';
import type { Moment, World } from './moment.ts';
import { attemptOf, callOutcome, hungUpBy, legOutcome, lineUp, winnerOf } from './outcome.ts';
import type { CallRecord, LegRecord } from './record.ts';
import { recordedDuring, tellRecordings } from './recordings/record-recordings.ts';
import { reasonDue } from './queues/settle-queues.ts';
import { calledIn } from './queues/stay.ts';
import { sentOn } from './transfers/transfer-data.ts';
import { moveOn } from './teller.ts';

/** Past so many legs of a call those that ended are forgotten while it lives on. */
const mostEndedLegs = 200;

export function ends(world: World, call: CallRecord, moment: Moment): void {
  const over = [...call.legs.values()]
    .filter((leg) => leg.endedAt === null && world.graph.get(leg.channelId)?.end)
    // The caller's outcome follows from those of the called.
    .sort((one, two) => Number(one.role === 'caller') - Number(two.role === 'caller') || one.order - two.order);
  for (const leg of over) {
    const channel = world.graph.get(leg.channelId);
    if (channel) endLeg(world, call, leg, channel, moment);
  }
  for (const channel of [...call.group.channels.values()]) if (!isLive(channel)) world.graph.drop(channel);
  forgetLegs(call);
}

function endLeg(world: World, call: CallRecord, leg: LegRecord, channel: Channel, moment: Moment): void {
  const end = channel.end;
  if (!end) return;
  const isInitiator = leg.channelId === call.initiatorId;
  if (end.estimated && (isInitiator || isNobodyThere(call))) call.estimated = true;
  if (isInitiator) call.callerEnd = { cause: end.cause, sipStatus: end.sipStatus, ...lineAtEnd(channel) };
  leg.outcome = legOutcome(world.graph, call, leg, channel);
  if (leg.answeredAt === null && (!isInitiator || call.originated)) call.results.add(attemptOf(call, leg, leg.outcome));
  leg.cause = causeOfLeg(leg.outcome, usableCause(end.cause));
  const at = moveOn(call, moment.at);
  leg.endedAt = at;
  leg.holding = false;
  leg.toldHeld = false;
  world.teller.leg('leg.ended', call, leg, at, endData(call, leg, channel));
}

/** A device whose end nobody saw says nothing of how the call ended while others are there. */
const isNobodyThere = ({ group }: CallRecord): boolean =>
  [...group.channels.values()].every(({ kind, end }) => kind !== 'device' || end !== null);

const lineAtEnd = (channel: Channel) => ({ lineUp: lineUp(channel), queueStatus: channel.facts?.queueStatus ?? null });

function endData(call: CallRecord, leg: LegRecord, channel: Channel): Record<string, unknown> {
  const sipStatus = channel.end?.sipStatus ?? null;
  const by = leg.outcome === 'answered_elsewhere' ? winnerOf(call, leg)?.extension : null;
  const recordingId = leg.answeredAt === null ? null : recordedDuring(call, leg.answeredAt);
  const queue = leg.channelId === call.initiatorId ? null : calledIn(call.stays, leg)?.queue;
  const forwardTo = channel.incoming.findLast((dial) => dial.forwardTo !== null)?.forwardTo;
  return {
    ...(sipStatus !== null && Number.isInteger(sipStatus) && sipStatus >= 100 && sipStatus <= 699 && { sipStatus }),
    ...(by && { answeredElsewhereBy: by }),
    ...(forwardTo && { forwardedTo: forwardTo.slice(0, 512) }),
    ...sentOn(leg),
    ...(queue && { queue }),
    ...(recordingId !== null && { recordingId }),
    ...((channel.end?.estimated || leg.outcome === 'lost') && { estimated: true }),
  };
}

/**
 * A phone that sent the call on was redirected (23), and that is said whichever of the PBX's threads hung up first: its
 * dial, which gives no reason (none, or 0), or its line, which gives this one.
 */
const causeOfLeg = (outcome: LegOutcome, cause: number | null): number | null =>
  outcome === 'forwarded' && (cause ?? 0) === 0 ? 23 : cause;

/** A cause as the model takes it; a PBX's own numbers outside that range are left out. */
const usableCause = (cause: number | null): number | null =>
  cause !== null && Number.isInteger(cause) && cause >= 0 && cause <= 1000 ? cause : null;

/** Those that were never answered go first, then the others, the oldest first; the caller's stays. */
function forgetLegs(call: CallRecord): void {
  const excess = call.legs.size - mostEndedLegs;
  if (excess <= 0) return;
  const ended = [...call.legs.values()].filter((leg) => leg.endedAt !== null && leg.channelId !== call.initiatorId);
  ended.sort(
    (one, two) =>
      Number(one.answeredAt !== null) - Number(two.answeredAt !== null) || (one.endedAt ?? 0) - (two.endedAt ?? 0),
  );
  for (const leg of ended.slice(0, excess)) {
    call.legs.delete(leg.channelId);
    call.forgottenUntil = Math.max(call.forgottenUntil, leg.endedAt ?? 0);
  }
}

type Step = (world: World, call: CallRecord, moment: Moment) => void;

/** Ends the call if it is over; `before` tells what has to be told before that. */
export function finish(world: World, call: CallRecord, moment: Moment, before: Step): void {
  const live = [...call.group.channels.values()].filter(isLive);
  if (live.some((channel) => channel.kind === 'device')) {
    call.endBy = null;
    call.deadline = reasonDue(call);
    return;
  }
  const waits = live.some((channel) => channel.kind === 'pipe');
  call.endBy ??= moment.at + world.rules.limits.deviceGoneMs;
  call.deadline = Math.min(call.endBy, reasonDue(call) ?? Number.POSITIVE_INFINITY);
  if (waits && moment.at < call.endBy) return;
  before(world, call, { ...moment, over: true });
  endCall(world, call);
}

/** Ends a call whose devices have all ended. */
function endCall(world: World, call: CallRecord): void {
  const outcome = callOutcome(call);
  const lastEnd = Math.max(call.forgottenUntil, ...[...call.legs.values()].map((leg) => leg.endedAt ?? 0));
  call.endedAt = Math.max(lastEnd, call.answeredAt ?? 0, call.startedAt);
  // Where the PBX's clock was set back meanwhile, its times span less than what was talked.
  call.talkMs = Math.min(call.talkMs, call.endedAt - call.startedAt);
  call.ended = true;
  call.state = 'ended';
  call.deadline = null;
  const data: { readonly estimated?: true } = call.estimated || outcome === 'lost' ? { estimated: true } : {};
  const ending = { outcome, hungUpBy: hungUpBy(call, outcome) };
  world.teller.ended(call, ending, call.endedAt, data);
  tellRecordings(world, call, ending);
  closeMachines(world, call, ending, data);
  world.teller.closed(call, ending, data);
}
