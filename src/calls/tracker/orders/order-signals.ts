/**
 * Calls that software has the PBX begin. Such a call begins when it is ordered, before the PBX is asked: so it is in the
 * log before anything rings, and what becomes of it is told whatever happens. Its first channel is **expected** until
 * the PBX shows it; a picture of the PBX that lacks it, or the PBX's own word, ends it.
 */
import { isLive, type Channel } from '../../graph/channel.ts';
import type { Signal } from '../../signal.ts';
import type { World } from '../moment.ts';
import { clean } from '../parties.ts';
import type { CallRecord } from '../record.ts';

type CallOf = (channel: Channel) => CallRecord | undefined;
type Ordered = Extract<Signal, { readonly kind: 'call.ordered' }>;
type GivenUp = Extract<Signal, { readonly kind: 'call.given_up' }>;
type Failed = Extract<Signal, { readonly kind: 'call.order_failed' }>;

export function orderSignal(
  world: World,
  callOf: CallOf,
  signal: Ordered | Failed | GivenUp,
  at: number,
): Channel | null {
  switch (signal.kind) {
    case 'call.ordered':
      return ordered(world, callOf, signal, at);
    case 'call.order_failed':
      return failed(world, signal, at);
    case 'call.given_up':
      return givenUp(callOf, world.graph.get(signal.channelId));
  }
}

function ordered({ graph, rules }: World, callOf: CallOf, signal: Ordered, at: number): Channel | null {
  const channel = graph.expect(signal.channel, at);
  const call = channel ? callOf(channel) : undefined;
  const dial = channel ? graph.dial(null, channel.id, at) : null;
  if (!channel || !call || !dial) return null;
  dial.dialString = signal.dialString;
  call.ordered = true;
  call.from = rules.numbers.party(clean(signal.from), null);
  call.to = rules.numbers.party(clean(signal.to), null);
  call.origin = signal.origin;
  // Whom it is for may follow it, though no phone of theirs takes part.
  if (signal.origin.onBehalfOf) call.extensions.add(signal.origin.onBehalfOf);
  return channel;
}

function failed({ graph }: World, { channelId, status }: Failed, at: number): Channel | null {
  const channel = graph.get(channelId);
  if (!channel?.expected || !isLive(channel)) return null;
  for (const dial of channel.incoming) graph.endDial(dial, status, null);
  return graph.end(channelId, { at, cause: null, sipStatus: null, estimated: false });
}

/** Nothing is told of it but how the call ends: the PBX has no word that tells this from a phone that nobody took. */
function givenUp(callOf: CallOf, channel: Channel | undefined): Channel | null {
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return null;
  call.givenUp = true;
  return channel;
}
