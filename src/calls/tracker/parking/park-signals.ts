import type { Channel } from '../../graph/channel.ts';
import type { ParkedHere, Signal } from '../../signal.ts';
import type { World } from '../moment.ts';
import { clean } from '../parties.ts';
import type { CallRecord } from '../record.ts';
import { letGo } from '../transfers/begin-transfer.ts';
import { isParked } from './parked.ts';

export type ParkSignal = Extract<Signal, { readonly kind: `park.${string}` }>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Times one call is parked that are remembered; the oldest go first. */
const mostParked = 100;

export function parkSignal(world: World, callOf: CallOf, signal: ParkSignal, at: number): Channel | null {
  const channel = world.graph.refer(signal.channelId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  if (signal.kind === 'park.parked') {
    park(world, call, channel, signal, at);
    return channel;
  }
  const parked = call.parked.findLast((one) => one.channelId === channel.id && isParked(one));
  if (!parked) return channel;
  parked.endedAt = at;
  if (signal.kind !== 'park.retrieved') {
    parked.state = signal.kind === 'park.timed_out' ? 'timed_out' : 'abandoned';
    return channel;
  }
  parked.state = 'retrieved';
  parked.retrieverId = signal.retrieverId;
  const retriever = world.graph.refer(signal.retrieverId, at);
  if (retriever) world.graph.relate(channel, retriever);
  return channel;
}

export function park({ rules }: World, call: CallRecord, channel: Channel, signal: ParkedHere, at: number): void {
  if (call.parked.some((one) => one.channelId === channel.id && (isParked(one) || one.at === at))) return;
  const by = rules.extensionIn(signal.parkedBy);
  const own = call.legs.get(channel.id);
  const parkers = [...call.legs.values()].filter(
    (leg) => leg !== own && leg.extension !== null && leg.extension === by && leg.endedAt === null,
  );
  letGo(call, parkers);
  const { timeoutMs } = signal;
  const place = { lot: clean(signal.lot), slot: clean(signal.slot), by, timeoutMs };
  const record = { channelId: channel.id, ...place, at, state: 'parked', retrieverId: null, endedAt: null } as const;
  call.parked = [...call.parked, { ...record, found: false, toldParked: false, toldEnd: false }].slice(-mostParked);
}
