/** What of a call can be commanded: its devices that are there now. */
import { isLive } from '../../graph/channel.ts';
import type { CallGraph } from '../../graph/graph.ts';
import type { CallRecord } from '../record.ts';

export interface DeviceInCall {
  readonly channelId: string;
  /** Null for a device outside. */
  readonly extension: string | null;
  /** It talks to another device now. */
  readonly talks: boolean;
}

/** Those that the PBX has shown; the one that began the call first. */
export function devicesIn(graph: CallGraph, call: CallRecord): readonly DeviceInCall[] {
  const legs = [...call.legs.values()].filter((leg) => {
    const channel = graph.get(leg.channelId);
    return channel !== undefined && isLive(channel) && !channel.expected;
  });
  legs.sort((one, two) => one.order - two.order);
  return legs.map(({ channelId, extension }) => ({ channelId, extension, talks: call.connected.has(channelId) }));
}
