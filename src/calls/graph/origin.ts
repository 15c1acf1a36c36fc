/**
 * How a channel came to be called: who is at the other end of the attempts that lead to it. Attempts lead through pipes:
 * what is dialled from one half of a pipe is dialled by whoever dialled the other half or, where the PBX itself dialled
 * that pipe, by the device that was reached through it.
 */
import { isLive, type Channel, type Dial } from './channel.ts';
import type { CallGraph } from './graph.ts';

export interface Origin {
  /** The device that called; null when the PBX itself did. */
  readonly caller: Channel | null;
  /** The attempts from there to the channel, nearest to the channel first. */
  readonly path: readonly Dial[];
}

/** Pipes in a row that are followed; a real dialplan nests two or three. */
const deepest = 16;

/** Null when nobody is known to call the channel, or the path to who does is not complete yet. */
export function originOf(graph: CallGraph, channel: Channel, depth = 0): Origin | null {
  for (const dial of channel.incoming.toReversed()) {
    const origin = originOfDial(graph, dial, depth);
    if (origin) return { caller: origin.caller, path: [dial, ...origin.path] };
  }
  return null;
}

function originOfDial(graph: CallGraph, dial: Dial, depth: number): Origin | null {
  if (dial.sourceId === null) return { caller: null, path: [] };
  const source = graph.get(dial.sourceId);
  if (!source || source.kind === 'unknown') return null;
  if (source.kind === 'device') return { caller: source, path: [] };
  return depth < deepest ? throughPipe(graph, source, depth) : null;
}

function throughPipe(graph: CallGraph, half: Channel, depth: number): Origin | null {
  const other = half.otherHalfId === null ? undefined : graph.get(half.otherHalfId);
  if (!other) return null;
  const origin = originOf(graph, other, depth + 1);
  if (origin) return origin;
  const device = deviceBehind(graph, other, depth);
  return device ? { caller: device, path: [] } : null;
}

/** The device that a half of a pipe reached by its own attempt, or talks to in a bridge. */
function deviceBehind(graph: CallGraph, half: Channel, depth: number): Channel | null {
  for (const dial of half.outgoing.toReversed()) {
    const reached = graph.get(dial.destinationId);
    if (!reached || !isLive(reached) || dial.status !== 'answered') continue;
    if (reached.kind === 'device') return reached;
    const beyond = reached.otherHalfId === null ? undefined : graph.get(reached.otherHalfId);
    const device = beyond && depth < deepest ? deviceBehind(graph, beyond, depth + 1) : null;
    if (device) return device;
  }
  const bridge = half.bridgeId === null ? undefined : graph.bridge(half.bridgeId);
  for (const id of bridge?.memberIds ?? []) {
    const member = graph.get(id);
    if (member?.kind === 'device') return member;
  }
  return null;
}
