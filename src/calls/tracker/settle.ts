/**
 * Brings a call's record up to what the graph now shows, and tells what is new. Nothing is triggered by a single signal:
 * after each one the whole call is looked at again, so that signals may come in any order. Within one look things are
 * told in the order of a call's life: it starts, legs are dialled, ring, are answered, are held, end, the call ends.
 */
import { connectedDevices } from '../graph/connected.ts';
import { isLive, type Channel } from '../graph/channel.ts';
import type { CallGraph } from '../graph/graph.ts';
import { originOf } from '../graph/origin.ts';
import { canBegin, chooseInitiator, describe } from './beginning.ts';
import { refreshLegs } from './legs.ts';
import { clean } from './parties.ts';
import { callOutcome, hungUpBy, legOutcome, lineUp, winnerOf } from './outcome.ts';
import { initiatorOf, type CallRecord, type LegRecord } from './record.ts';
import type { CompiledRules } from './rules.ts';
import { usableTime } from './snapshot.ts';
import { moveOn, type Teller } from './teller.ts';

export interface World {
  readonly graph: CallGraph;
  readonly rules: CompiledRules;
  readonly teller: Teller;
}

export interface Moment {
  readonly at: number;
  /** The last time anything was known: what is found changed now happened after it. Null: nothing since a restart. */
  readonly knownAt: number | null;
  /** Found after a lost connection, not seen happening. */
  readonly found: boolean;
}

/** Ended legs remembered while their call lives on. */
const mostEndedLegs = 200;

/** Looks at a call. Its group may be dropped once the call has ended. */
export function settle(world: World, call: CallRecord, moment: Moment): void {
  if (call.ended) return;
  refreshLegs(call, world.rules);
  connect(world, call, moment);
  if (!call.started && !begin(world, call, moment)) return;
  describe(world.graph, call, world.rules);
  announce(world, call, moment);
  answer(world, call, moment);
  holds(world, call, moment);
  call.state = stateOf(call);
  ends(world, call, moment);
  finish(world, call, moment);
  if (!call.ended) {
    call.state = stateOf(call);
    world.teller.changes(call, moment.at);
  }
}

/** Who is connected with whom now, and the talk time that follows. */
function connect(world: World, call: CallRecord, moment: Moment): void {
  const sets = connectedDevices(world.graph, call.group);
  const connected = new Set(sets.flat().map((channel) => channel.id));
  const talking = connected.size > 0 || talksToMachine(world, call);
  // Others go on talking, or talk again: whoever left before did not end the call.
  if (connected.size > 0 && call.hungUp && !connected.has(call.hungUp.channelId)) call.hungUp = null;
  call.connected = connected;
  if (connected.size > 0) call.metPerson = true;
  if (talking && call.talkingSince === null) call.talkingSince = moment.at;
  if (talking || call.talkingSince === null) return;
  const until = moment.found ? knownUntil(call, moment) : moment.at;
  call.talkMs += Math.max(0, until - call.talkingSince);
  call.talkingSince = null;
}

const knownUntil = (call: CallRecord, moment: Moment): number =>
  call.restored || moment.knownAt === null ? call.lastAt : moment.knownAt;

/** A machine that counts as an answerer has the call. */
function talksToMachine(world: World, call: CallRecord): boolean {
  const kind = call.service?.kind;
  return (kind === 'voicemail' || kind === 'conference') && serviceUp(world, call);
}

function serviceUp(world: World, call: CallRecord): boolean {
  const channel = call.service ? world.graph.get(call.service.channelId) : undefined;
  return channel !== undefined && isLive(channel) && lineUp(channel);
}

/** Starts a pending call if it is ripe; false while it is not. */
function begin(world: World, call: CallRecord, moment: Moment): boolean {
  const initiator = chooseInitiator(world.graph, call);
  if (!initiator) return false;
  const due = call.deadline !== null && moment.at >= call.deadline;
  // Listed by the PBX and never seen before: what stands there is all that is known of its past.
  const asFound = moment.found && initiator.partial;
  if (!due && !asFound && !canBegin(world.graph, call, initiator)) {
    call.deadline ??= moment.at + world.rules.limits.decideWithinMs;
    return false;
  }
  const facts = world.graph.get(initiator.channelId)?.facts;
  call.started = true;
  call.deadline = null;
  call.partial = initiator.partial;
  call.startedAt = initiator.startedAt;
  call.base = usableTime(facts?.createdAt) ?? initiator.startedAt;
  call.id = world.teller.callId(call.base, initiator.channelId);
  call.origin = { ...call.origin, billingCode: clean(facts?.accountCode ?? null) };
  initiator.role = 'caller';
  initiator.dialing = true;
  describe(world.graph, call, world.rules);
  if (initiator.extension !== null) call.extensions.add(initiator.extension);
  if (asFound) takeAsFound(call, moment);
  call.state = stateOf(call);
  world.teller.started(call, initiator, call.partial ? { partial: true } : {});
  return true;
}

/** A call first seen when it was connected already: that it was answered is in its first event, and not told again. */
function takeAsFound(call: CallRecord, moment: Moment): void {
  const initiator = initiatorOf(call);
  if (call.connected.size === 0) return;
  for (const id of call.connected) {
    const leg = call.legs.get(id);
    if (leg) Object.assign(leg, { answeredAt: moveOn(call, moment.at), dialing: true, toldDial: true });
  }
  if (initiator) initiator.toldDial = true;
  call.answeredAt = moveOn(call, moment.at);
  call.answeredBy = answererOf(call);
}

function announce(world: World, call: CallRecord, moment: Moment): void {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null).sort((one, two) => one.order - two.order);
  for (const leg of legs) {
    const channel = world.graph.get(leg.channelId);
    if (!channel) continue;
    if (leg.channelId === call.initiatorId) tellDial(world, call, leg, moment, 'leg.dial_out');
    else if (!isReached(world, call, leg, channel)) continue;
    else tellDial(world, call, leg, moment, 'leg.dial_in');
    tellRinging(world, call, leg, channel, moment);
  }
}

/** A called leg counts once its caller is known, it is connected, or it is found ringing. */
function isReached(world: World, call: CallRecord, leg: LegRecord, channel: Channel): boolean {
  if (leg.dialing) return true;
  const ringsAsFound = leg.partial && channel.facts?.state === 'ringing';
  leg.dialing = ringsAsFound || call.connected.has(leg.channelId) || originOf(world.graph, channel) !== null;
  return leg.dialing;
}

function tellDial(
  world: World,
  call: CallRecord,
  leg: LegRecord,
  moment: Moment,
  type: 'leg.dial_in' | 'leg.dial_out',
): void {
  if (leg.toldDial) return;
  leg.toldDial = true;
  if (leg.extension !== null) world.teller.leg(type, call, leg, moment.at, {});
}

function tellRinging(world: World, call: CallRecord, leg: LegRecord, channel: Channel, moment: Moment): void {
  if (leg.ringingAt !== null || leg.answeredAt !== null || !isLive(channel)) return;
  if (leg.channelId === call.initiatorId && !call.originated) return;
  if (!channel.rang && !channel.incoming.some((dial) => dial.ringing)) return;
  leg.ringingAt = moveOn(call, moment.at);
  world.teller.leg('leg.ringing', call, leg, moment.at, {});
}

function answer(world: World, call: CallRecord, moment: Moment): void {
  const data = moment.found ? { estimated: true } : {};
  const roomJoined = call.service?.kind === 'conference' && serviceUp(world, call) ? call.service.channelId : null;
  const isAnswered = (leg: LegRecord): boolean => call.connected.has(leg.channelId) || leg.channelId === roomJoined;
  const answered = [...call.legs.values()]
    .filter((leg) => leg.answeredAt === null && isAnswered(leg))
    // The one who picks up is told before the one who waited for it.
    .sort((one, two) => Number(one.role === 'caller') - Number(two.role === 'caller') || one.order - two.order);
  for (const leg of answered) leg.answeredAt = moveOn(call, moment.at);
  const by = answererOf(call, answered) ?? machineOf(world, call);
  if (by && outranks(by.kind, call.answeredBy?.kind)) call.answeredBy = by;
  const first = call.answeredAt === null && (call.connected.size > 0 || talksToMachine(world, call));
  if (first) call.answeredAt = moveOn(call, moment.at);
  call.state = stateOf(call);
  for (const leg of answered) world.teller.leg('leg.answered', call, leg, moment.at, data);
  if (first) world.teller.answered(call, moment.at, data);
}

/** The person (or the conference) that two connected devices mean. */
function answererOf(call: CallRecord, answered: readonly LegRecord[] = []): CallRecord['answeredBy'] {
  if (call.connected.size === 0) return null;
  if (call.service?.kind === 'conference') return { kind: 'conference', extension: null };
  const isCalled = (leg: LegRecord | undefined): boolean => leg !== undefined && leg.role === 'callee';
  const connected = [...call.connected].map((id) => call.legs.get(id));
  const leg = answered.find(isCalled) ?? connected.find(isCalled);
  return { kind: 'person', extension: leg?.extension ?? null };
}

function machineOf(world: World, call: CallRecord): CallRecord['answeredBy'] {
  return call.service && serviceUp(world, call) ? { kind: call.service.kind, extension: null } : null;
}

/** Who answered stays who answered, unless it was a machine. */
function outranks(kind: string, known: string | undefined): boolean {
  return known === undefined || (known !== 'person' && known !== kind);
}

function holds(world: World, call: CallRecord, moment: Moment): void {
  for (const leg of call.legs.values()) {
    const channel = world.graph.get(leg.channelId);
    if (leg.holding === leg.toldHeld || leg.answeredAt === null || !channel || !isLive(channel)) continue;
    leg.toldHeld = leg.holding;
    call.state = stateOf(call);
    world.teller.leg(leg.holding ? 'leg.held' : 'leg.resumed', call, leg, moment.at, {});
  }
}

function ends(world: World, call: CallRecord, moment: Moment): void {
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
  if (end.estimated) call.estimated = true;
  if (isInitiator) call.callerEnd = { cause: end.cause, sipStatus: end.sipStatus, lineUp: lineUp(channel) };
  leg.outcome = legOutcome(world.graph, call, leg, channel);
  if (leg.answeredAt === null && (!isInitiator || call.originated)) call.results.add(leg.outcome);
  leg.cause = usableCause(end.cause);
  const at = moveOn(call, moment.at);
  leg.endedAt = at;
  leg.holding = false;
  leg.toldHeld = false;
  world.teller.leg('leg.ended', call, leg, at, endData(call, leg, channel));
}

function endData(call: CallRecord, leg: LegRecord, channel: Channel): Record<string, unknown> {
  const sipStatus = channel.end?.sipStatus ?? null;
  const by = leg.outcome === 'answered_elsewhere' ? winnerOf(call, leg)?.extension : null;
  const forwardTo = channel.incoming.findLast((dial) => dial.forwardTo !== null)?.forwardTo;
  return {
    ...(sipStatus !== null && Number.isInteger(sipStatus) && sipStatus >= 100 && sipStatus <= 699 && { sipStatus }),
    ...(by && { answeredElsewhereBy: by }),
    ...(forwardTo && { forwardedTo: forwardTo.slice(0, 512) }),
    ...(channel.end?.estimated && { estimated: true }),
  };
}

/** A cause as the model takes it; a PBX's own numbers outside that range are left out. */
const usableCause = (cause: number | null): number | null =>
  cause !== null && Number.isInteger(cause) && cause >= 0 && cause <= 1000 ? cause : null;

function forgetLegs(call: CallRecord): void {
  if (call.legs.size <= mostEndedLegs) return;
  for (const leg of call.legs.values()) {
    if (leg.endedAt !== null && leg.answeredAt === null && leg.channelId !== call.initiatorId)
      call.legs.delete(leg.channelId);
    if (call.legs.size <= mostEndedLegs) return;
  }
}

function finish(world: World, call: CallRecord, moment: Moment): void {
  const live = [...call.group.channels.values()].filter(isLive);
  if (live.some((channel) => channel.kind === 'device')) {
    call.deadline = null;
    return;
  }
  const waits = live.some((channel) => channel.kind === 'pipe');
  call.deadline ??= moment.at + world.rules.limits.deviceGoneMs;
  if (!waits || moment.at >= call.deadline) endCall(world, call);
}

/** Ends a call whose devices have all ended. */
function endCall(world: World, call: CallRecord): void {
  const outcome = callOutcome(call);
  const lastEnd = Math.max(...[...call.legs.values()].map((leg) => leg.endedAt ?? 0));
  call.endedAt = Math.max(lastEnd, call.answeredAt ?? 0, call.startedAt);
  // Where the PBX's clock was set back meanwhile, its times span less than what was talked.
  call.talkMs = Math.min(call.talkMs, call.endedAt - call.startedAt);
  call.ended = true;
  call.state = 'ended';
  call.deadline = null;
  const data = call.estimated ? { estimated: true } : {};
  world.teller.ended(call, { outcome, hungUpBy: hungUpBy(call, outcome) }, call.endedAt, data);
}

function stateOf(call: CallRecord): CallRecord['state'] {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null);
  if (legs.some((leg) => leg.toldHeld)) return 'held';
  if (call.connected.size > 0) return 'answered';
  const isWaiting = call.service?.kind === 'queue' && !call.metPerson;
  if (isWaiting) return 'queued';
  const isCalled = (leg: LegRecord): boolean => leg.role === 'callee' && leg.dialing && leg.answeredAt === null;
  if (legs.some(isCalled)) return 'ringing';
  return call.answeredBy === null ? 'ringing' : 'answered';
}
