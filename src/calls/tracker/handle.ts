import type { Channel } from '../graph/channel.ts';
import type { Signal } from '../signal.ts';
import { chooseInitiator } from './beginning.ts';
import { lineUp } from './outcome.ts';
import { clean } from './parties.ts';
import type { CallRecord } from './record.ts';
import type { World } from './moment.ts';

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
    case 'channel.ended':
      return some(ended(world, callOf, signal, at));
    case 'channel.hangup_requested':
      return some(hangupRequested(world, callOf, graph.get(signal.channelId)));
    case 'channel.held':
    case 'channel.resumed':
      return some(holding(callOf, graph.get(signal.channelId), signal.kind === 'channel.held'));
    case 'service.entered':
      return some(serviceEntered(world, callOf, signal, at));
    case 'dial.begun':
    case 'dial.progressed':
    case 'dial.ended':
      return some(dialled(world, callOf, signal, at));
    case 'bridge.entered':
      return some(graph.enter(signal.bridgeId, signal.channelId, signal.holding, signal.swapFor, at));
    case 'bridge.left':
      return some(left(world, callOf, signal.bridgeId, graph.get(signal.channelId)));
    case 'bridge.ended':
      return graph.endBridge(signal.bridgeId);
    case 'pipe.joined':
      return some(graph.joinPipe(signal.oneId, signal.twoId, at));
    default:
      return [];
  }
}

const some = (channel: Channel | null | undefined): readonly Channel[] => (channel ? [channel] : []);

function seen(
  world: World,
  callOf: CallOf,
  signal: Extract<Signal, { readonly kind: 'channel.created' | 'channel.seen' }>,
  at: number,
): Channel | null {
  const channel = world.graph.see(signal.channel, at, signal.kind === 'channel.created');
  const call = channel ? callOf(channel) : undefined;
  const inMenu = channel?.facts && lineUp(channel) && world.rules.isMenu(channel.facts.context);
  if (channel && call && inMenu && call.service === null && call.connected.size === 0) enter(call, 'ivr', channel);
  return channel;
}

function enter(call: CallRecord, kind: 'voicemail' | 'ivr' | 'queue' | 'conference', channel: Channel): void {
  call.service = { kind, channelId: channel.id };
  call.servicesReached.add(kind);
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
  enter(call, signal.service, channel);
  if (signal.service === 'queue') call.queue = clean(signal.name) ?? call.queue;
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

/** Only the caller, or somebody who talks, can hang up a call; others merely decline it. */
function hangupRequested(world: World, callOf: CallOf, channel: Channel | undefined): Channel | null {
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return null;
  const initiatorId = call.started ? call.initiatorId : chooseInitiator(world.graph, call)?.channelId;
  const by = channel.id === initiatorId ? 'caller' : call.legs.get(channel.id)?.role;
  const mayEnd = channel.id === initiatorId || call.connected.has(channel.id);
  if (by && mayEnd && !call.hungUp?.sure) call.hungUp = { by, channelId: channel.id, sure: true };
  return channel;
}

/** Who leaves a conversation first ended it, as far as no device is known to have asked. */
function firstToLeave(world: World, callOf: CallOf, channel: Channel | undefined): void {
  if (world.rules.saysWhoHangsUp) return;
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call || call.hungUp || !call.connected.has(channel.id)) return;
  call.hungUp = { by: call.legs.get(channel.id)?.role ?? 'callee', channelId: channel.id, sure: false };
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
  else if (signal.kind === 'dial.ended') graph.endDial(dial, signal.status, signal.forwardTo);
  else {
    dial.dialString ??= signal.dialString;
    leaveService(callOf(destination), signal.sourceId);
  }
  return destination;
}

/** A channel that dials on has left the menu or the mailbox it was in; a queue dials for it. */
function leaveService(call: CallRecord | undefined, sourceId: string | null): void {
  const service = call?.service;
  if (!call || !service || service.channelId !== sourceId) return;
  if (service.kind === 'ivr' || service.kind === 'voicemail') call.service = null;
}
