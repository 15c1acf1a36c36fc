import type { Channel } from './channel.ts';
import type { CallGraph } from './graph.ts';

/** Pipes in a row that are followed. */
const deepest = 16;

/** The device that calling this channel leads to: itself, or what is called from the other half of the pipe it is. */
export function deviceReached(graph: CallGraph, channel: Channel, depth = 0): Channel | null {
  if (channel.kind === 'device') return channel;
  const other = channel.otherHalfId === null ? undefined : graph.get(channel.otherHalfId);
  if (!other || depth >= deepest) return null;
  for (const dial of other.outgoing.toReversed()) {
    const next = graph.get(dial.destinationId);
    const device = next ? deviceReached(graph, next, depth + 1) : null;
    if (device) return device;
  }
  return null;
}
