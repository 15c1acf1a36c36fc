import type { BridgeKind, Channel } from '../graph/channel.ts';
import type { ChannelFacts, Signal } from '../signal.ts';
import { chooseInitiator } from './beginning.ts';
import { lineUp } from './outcome.ts';
import { clean } from './parties.ts';
import type { CallRecord } from './record.ts';
import type { World } from './moment.ts';
import { enterService, leaveMachines } from './machines/enter-service.ts';
import { isParked } from './parking/parked.ts';
import { parkSignal } from './parking/park-signals.ts';
import { orderSignal } from './orders/order-signals.ts';
import { joinQueue, queueSignal } from './queues/queue-signals.ts';
import { recordingSignal } from './recordings/record-recordings.ts';
import { roomSignal } from './rooms/room-signals.ts';
import { noteForward } from './transfers/forward.ts';
import { joined, sentOn } from './transfers/begin-transfer.ts';

export type ResyncSignal = Extract<Signal, { readonly kind: 'resync' }>;
type StepSignal = Exclude<Signal, ResyncSignal>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Changes the graph by one signal; answers the calls that have to be looked at. */
export function handleSignal(world: World, callOf: CallOf, signal: StepSignal, at: number): ReadonlySet<CallRecord> {
  const channels = change(world, callOf, signal, at);
  return new Set(channels.flatMap((channel) => callOf(channel) ?? []));
}

function change(world: World, callOf: CallOf, signal: StepSignal, at: number): readonly Channel[] {
  const { graph } = world;
  switch (signal.kind) {
    case 'channel.created':
    case 'channel.seen':
      return some(seen(world, callOf, signal, at));
    case 'call.ordered':
    case 'call.order_failed':
    case 'call.given_up':
      return some(orderSignal(world, callOf, signal, at));
    case 'channel.ended':
      return some(ended(world, callOf, signal, at));
    case 'channel.hangup_requested':
      return some(hangupRequested(world, callOf, graph.get(signal.channelId)));
    case 'channel.held':
    case 'channel.resumed':
      return some(holding(callOf, graph.get(signal.channelId), signal.kind === 'channel.held'));
    case 'channel.unheld':
      return some(unheld(callOf, graph.get(signal.channelId)));
    case 'service.entered':
      return some(serviceEntered(world, callOf, signal, at));
    case 'dial.begun':
    case 'dial.progressed':
    case 'dial.ended':
      return some(dialled(world, callOf, signal, at));
    case 'bridge.entered':
      return some(entered(world, callOf, signal, at));
    case 'bridge.left':
      return some(left(world, callOf, signal.bridgeId, graph.get(signal.channelId)));
    case 'bridge.ended':
      return graph.endBridge(signal.bridgeId);
    case 'queue.joined':
    case 'queue.agent_called':
    case 'queue.agent_missed':
    case 'queue.agent_connected':
    case 'queue.abandoned':
    case 'queue.left':
      return some(queueSignal(world, callOf, signal, at));
    case 'park.parked':
    case 'park.retrieved':
    case 'park.timed_out':
    case 'park.abandoned':
      return some(parkSignal(world, callOf, signal, at));
    case 'call.picked_up':
      return some(pickedUp(world, callOf, signal, at));
    case 'recording.started':
    case 'recording.stopped':
      return some(recordingSignal(world, callOf, signal, at));
    case 'room.joined':
    case 'room.left':
      return some(roomSignal(world, callOf, signal, at));
    case 'transfer.sent':
      return some(sentOn(world, callOf, signal, at));
    case 'transfer.joined':
      return some(joined(world, callOf, signal, at));
    case 'pipe.joined':
      return some(graph.joinPipe(signal.oneId, signal.twoId, at));
    default:
      return [];
  }
}

export const kindOf = ({ holding, room }: { readonly holding: boolean; readonly room?: boolean }): BridgeKind =>
  holding ? 'hold' : room ? 'room' : 'talk';

const some = (channel: Channel | null | undefined): readonly Channel[] => (channel ? [channel] : []);

function seen(
  world: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'channel.created' | 'channel.seen' }>,
  at: number,
): Channel | null {
  const known = world.graph.get(signal.channel.id);
  const isKnown = known !== undefined && showsNothingNew(known, signal.channel);
  const groupBefore = known?.group;
  const channel = world.graph.see(signal.channel, at, signal.kind === 'channel.created');
  const call = channel ? callOf(channel) : undefined;
  const inMenu = channel?.facts && lineUp(channel) && world.rules.isMenu(channel.facts.context);
  if (channel?.facts?.dialledNumber && world.rules.isExtension(channel.facts.dialledNumber)) {
    channel.stoodAt = channel.facts.dialledNumber;
  }
  const service = call?.service ?? null;
  const isFree = service === null || (service.kind === 'ivr' && service.channelId === channel?.id);
  if (channel && call && inMenu && isFree && call.connected.size === 0) {
    enterService(call, channel, 'ivr', clean(channel.facts?.context ?? null), at);
    return channel;
  }
  // Most messages show channels just as they were: the call is alive, and there is nothing to look at.
  if (!isKnown || channel?.group !== groupBefore) return channel;
  if (call) call.heardAt = Math.max(call.heardAt, at);
  return null;
}

/** Whether it was shown before, and just like this. */
function showsNothingNew({ facts, end }: Channel, shown: ChannelFacts): boolean {
  if (facts === null || end !== null) return false;
  for (const name of Object.keys(shown) as (keyof ChannelFacts)[]) {
    if (shown[name] !== facts[name] && name !== 'createdAt') return false;
  }
  return true;
}

function serviceEntered(
  world: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'service.entered' }>,
  at: number,
): Channel | null {
  const channel = world.graph.refer(signal.channelId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  if (signal.service === 'queue') joinQueue(call, channel, signal.name, at);
  else enterService(call, channel, signal.service, clean(signal.name), at);
  return channel;
}

function ended(
  world: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'channel.ended' }>,
  at: number,
): Channel | null {
  firstToLeave(world, callOf, world.graph.get(signal.channelId));
  const { cause, sipStatus } = signal;
  return world.graph.end(signal.channelId, { at, cause, sipStatus, estimated: false });
}

/** Only the caller, or somebody who talks or waits, can hang up a call; others merely decline it. */
function hangupRequested(world: World, callOf: CallOf, channel: Channel | undefined): Channel | null {
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return null;
  if (call.legs.get(channel.id)?.transferred) return channel;
  const initiatorId = call.started ? call.initiatorId : chooseInitiator(world.graph, call)?.channelId;
  const by = channel.id === initiatorId ? 'caller' : call.legs.get(channel.id)?.role;
  const mayEnd = channel.id === initiatorId || call.connected.has(channel.id) || waits(call, channel.id);
  if (by && mayEnd && !call.hungUp?.sure) call.hungUp = { by, channelId: channel.id, sure: true };
  return channel;
}

/** It was put somewhere to wait, or for somebody to answer. */
const waits = (call: CallRecord, channelId: string): boolean =>
  call.service?.channelId === channelId ||
  call.transfers.some(({ state, transfereeIds }) => state === 'pending' && transfereeIds.has(channelId)) ||
  call.parked.some((parked) => parked.channelId === channelId && isParked(parked)) ||
  call.stays.some((stay) => stay.channelId === channelId && !stay.toldLeft);

/** Who leaves a conversation first ended it, as far as no device is known to have asked. */
function firstToLeave(world: World, callOf: CallOf, channel: Channel | undefined): void {
  if (world.rules.saysWhoHangsUp) return;
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call || call.hungUp || call.givenUp || !call.connected.has(channel.id)) return;
  call.hungUp = { by: call.legs.get(channel.id)?.role ?? 'callee', channelId: channel.id, sure: false };
}

function entered(
  { graph }: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'bridge.entered' }>,
  at: number,
): Channel | null {
  const channel = graph.enter(signal.bridgeId, signal.channelId, kindOf(signal), signal.swapFor, at);
  const call = channel ? callOf(channel) : undefined;
  // An attended transfer into the car park: who was joined stands in the slot now.
  for (const parked of call?.parked ?? []) {
    if (channel && parked.channelId === signal.swapFor && isParked(parked)) parked.channelId = channel.id;
  }
  return channel;
}

function left(world: World, callOf: CallOf, bridgeId: string, channel: Channel | undefined): Channel | null {
  if (!channel || channel.bridgeId !== bridgeId) return null;
  firstToLeave(world, callOf, channel);
  world.graph.leave(channel);
  return channel;
}

function holding(callOf: CallOf, channel: Channel | undefined, holds: boolean): Channel | null {
  const leg = channel ? callOf(channel)?.legs.get(channel.id) : undefined;
  if (leg) leg.holding = holds;
  return channel ?? null;
}

/**
 * Whoever held it does so no more. A PBX that held for somebody (who pressed keys to transfer) may not say that the hold is
 * over, only that the music is.
 */
function unheld(callOf: CallOf, channel: Channel | undefined): Channel | null {
  const call = channel ? callOf(channel) : undefined;
  // The music stops as well where who was held hangs up.
  if (channel?.bridgeId === null || call?.hungUp?.channelId === channel?.id) return channel ?? null;
  for (const leg of call?.legs.values() ?? []) if (leg.channelId !== channel?.id) leg.holding = false;
  return channel ?? null;
}

function dialled(
  world: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'dial.begun' | 'dial.progressed' | 'dial.ended' }>,
  at: number,
): Channel | null {
  const { graph } = world;
  const dial = graph.dial(signal.sourceId, signal.destinationId, at);
  const destination = graph.get(signal.destinationId) ?? null;
  if (!dial || !destination) return destination;
  if (signal.kind === 'dial.progressed') dial.ringing ||= signal.ringing;
  else if (signal.kind === 'dial.ended') {
    graph.endDial(dial, signal.status, signal.forwardTo);
    noteForward(callOf(destination), destination, signal.forwardTo);
  } else {
    dial.dialString ??= signal.dialString;
    leaveService(callOf(destination), signal.sourceId, at);
  }
  return destination;
}

function pickedUp(
  { graph }: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'call.picked_up' }>,
  at: number,
): Channel | null {
  const target = graph.refer(signal.targetId, at);
  const picker = graph.refer(signal.pickerId, at);
  if (!target || !picker || target === picker) return target;
  graph.relate(target, picker);
  const leg = callOf(target)?.legs.get(target.id);
  if (leg) leg.pickedUpBy = picker.id;
  return target;
}

/** A channel that dials on has left the menu or the mailbox it was in; a queue dials for it. */
function leaveService(call: CallRecord | undefined, sourceId: string | null, at: number): void {
  const service = call?.service;
  if (!call || !service || service.channelId !== sourceId) return;
  if (service.kind !== 'ivr' && service.kind !== 'voicemail') return;
  call.service = null;
  leaveMachines(call, service.channelId, at);
}
