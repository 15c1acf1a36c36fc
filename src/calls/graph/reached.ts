import type { Channel } from './channel.ts';
import type { CallGraph } from './graph.ts';

/** The device that calling this channel leads to: itself, or what is called from the other half of the pipe it is. */
export function deviceReached(graph: CallGraph, channel: Channel, passed = new Set<Channel>()): Channel | null {
  if (channel.kind === 'device') return channel;
  const other = channel.otherHalfId === null ? undefined : graph.get(channel.otherHalfId);
  if (!other || passed.has(other)) return null;
  passed.add(other);
  for (const dial of other.outgoing.toReversed()) {
    const next = graph.get(dial.destinationId);
    const device = next ? deviceReached(graph, next, passed) : null;
    if (device) return device;
  }
  return null;
}
