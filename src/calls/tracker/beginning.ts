/**
 * How a pending call begins: who initiated it, which way it goes, between whom.
 *
 * The initiator is the first device that nobody dialled and that is its own linked id, or that the PBX itself dialled
 * (click to call). Lacking one, after lost signals, it is the first that nobody is seen to dial, else the first.
 *
 * Direction is by devices, never by dialplan contexts: an initiator on a trunk is inbound (outbound where the PBX dialled
 * it); an extension's call is outbound when the first device it reaches is on a trunk, unless it dialled an internal
 * number (an extension that is forwarded outside, or lives at another site); else internal. Until a device is reached
 * the dialled number decides, and is corrected later if it was wrong.
 */
import type { Party } from '../../model/call.ts';
import { isLive, type Channel } from '../graph/channel.ts';
import type { CallGraph } from '../graph/graph.ts';
import { originOf } from '../graph/origin.ts';
import { clean, dialledBy, internalParty, nobody, numberInDialString } from './parties.ts';
import { initiatorOf, type CallRecord, type LegRecord } from './record.ts';
import type { CompiledRules } from './rules.ts';

/** Chooses the initiator of a pending call; null while no device is known. */
export function chooseInitiator(graph: CallGraph, call: CallRecord): LegRecord | null {
  const legs = [...call.legs.values()].sort((one, two) => one.order - two.order);
  const channelOf = (leg: LegRecord): Channel | undefined => graph.get(leg.channelId);
  const undialled = (leg: LegRecord): boolean => channelOf(leg)?.incoming.length === 0;
  const own = (leg: LegRecord): boolean => channelOf(leg)?.facts?.linkedId === leg.channelId;
  const leg =
    legs.find((candidate) => (undialled(candidate) && own(candidate)) || byPbx(graph, channelOf(candidate))) ??
    legs.find(undialled) ??
    legs[0];
  if (!leg) return null;
  call.initiatorId = leg.channelId;
  call.originated = byPbx(graph, channelOf(leg));
  return leg;
}

const byPbx = (graph: CallGraph, channel: Channel | undefined): boolean =>
  channel !== undefined && originOf(graph, channel)?.caller === null;

/** Whether enough is known of a pending call to say that it began. */
export function canBegin(graph: CallGraph, call: CallRecord, initiator: LegRecord): boolean {
  const channel = graph.get(initiator.channelId);
  if (!channel || !isLive(channel) || call.ordered || call.connected.size > 0 || call.service !== null) return true;
  if (reachedBy(graph, call) !== null) return true;
  const calls = channel.facts?.state === 'ring' || channel.facts?.state === 'up';
  // One that was there before is soon listed, with all that it stands in.
  if (initiator.partial) return false;
  return initiator.trunk !== null && !call.originated && calls && dialledBy(channel.facts) !== null;
}

/** The first device the call reached: dialled by the initiator, or connected. */
function reachedBy(graph: CallGraph, call: CallRecord): LegRecord | null {
  for (const leg of call.legs.values()) {
    if (leg.channelId === call.initiatorId) continue;
    const channel = graph.get(leg.channelId);
    if (!channel) continue;
    if (call.connected.has(leg.channelId) || originOf(graph, channel)?.caller) return leg;
  }
  return null;
}

/** Fills in direction, parties and trunk as far as they are known; what was known stays. */
export function describe(graph: CallGraph, call: CallRecord, rules: CompiledRules): void {
  const initiator = initiatorOf(call);
  if (!initiator) return;
  const channel = graph.get(initiator.channelId);
  const reached = reachedBy(graph, call);
  const wasUnknown = call.to.raw === null;
  if (wasUnknown) call.to = toParty(call, channel, reached, graph, rules);
  if (!call.directionSeen) decideDirection(call, initiator, reached);
  nameFrom(call, initiator, channel, reached, rules);
  nameTo(call);
  if (call.trunk === null && call.direction !== 'internal') call.trunk = initiator.trunk || reached?.trunk || null;
  const isDid = wasUnknown && call.direction === 'inbound' && dialledBy(channel?.facts ?? null) !== null;
  if (isDid) call.did ??= call.to.number;
}

function decideDirection(call: CallRecord, initiator: LegRecord, reached: LegRecord | null): void {
  if (call.ordered) return directOrdered(call, initiator, reached);
  call.directionSeen = reached !== null || initiator.trunk !== null;
  if (initiator.trunk !== null) call.direction = call.originated ? 'outbound' : 'inbound';
  else if (reached) call.direction = reached.trunk !== null && call.to.kind !== 'internal' ? 'outbound' : 'internal';
  else call.direction = call.to.kind === 'external' || call.to.kind === 'emergency' ? 'outbound' : 'internal';
  const called = initiator.trunk === null ? 'extension' : 'did';
  call.origin = { ...call.origin, source: call.originated ? 'click_to_call' : called };
}

/** Software began it: it goes outside where any of it does. */
function directOrdered(call: CallRecord, initiator: LegRecord, reached: LegRecord | null): void {
  const isOutside = ({ kind }: Party): boolean => kind === 'external' || kind === 'emergency';
  const goesOut = isOutside(call.from) || isOutside(call.to) || initiator.trunk !== null || Boolean(reached?.trunk);
  call.directionSeen = reached !== null;
  call.direction = goesOut ? 'outbound' : 'internal';
}

function toParty(
  call: CallRecord,
  channel: Channel | undefined,
  reached: LegRecord | null,
  graph: CallGraph,
  rules: CompiledRules,
): Party {
  const dial = reached ? graph.get(reached.channelId)?.incoming[0] : undefined;
  // A trunk the PBX itself dialled is the called party; what its channel "dialled" is where the dialplan goes on.
  const own = call.originated && initiatorOf(call)?.trunk !== null;
  const raw = own
    ? (initiatorOf(call)?.number ?? null)
    : (dialledBy(channel?.facts ?? null) ?? numberInDialString(dial?.dialString ?? null));
  if (raw !== null) return rules.numbers.party(raw, null);
  if (reached?.extension) return internalParty(reached.extension, reached.name);
  const connected = call.originated ? clean(channel?.facts?.connectedNumber ?? null) : null;
  return connected === null ? nobody : rules.numbers.party(connected, null);
}

function nameFrom(
  call: CallRecord,
  initiator: LegRecord,
  channel: Channel | undefined,
  reached: LegRecord | null,
  rules: CompiledRules,
): void {
  const caller = call.originated && initiator.trunk !== null ? reached : initiator;
  if (!caller || (call.from.raw !== null && call.from.name !== null)) return;
  // Who it is from stands as it was ordered; only a name may be added.
  if (call.ordered && caller.extension !== call.from.number) return;
  if (caller.extension !== null) {
    call.from = internalParty(caller.extension, call.from.name ?? caller.name);
    return;
  }
  const raw = call.from.raw ?? clean(channel?.facts?.callerNumber ?? null);
  const party = rules.numbers.party(raw, call.from.name ?? caller.name);
  if (party.raw !== null || party.name !== null) call.from = party;
}

/** The name of who was called, where the called number is the extension of a leg that has one. */
function nameTo(call: CallRecord): void {
  if (call.to.name !== null || call.to.number === null) return;
  for (const leg of call.legs.values()) {
    if (leg.extension === call.to.number && leg.name !== null) {
      call.to = { ...call.to, name: leg.name };
      return;
    }
  }
}
