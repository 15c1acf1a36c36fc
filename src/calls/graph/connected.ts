import type { Channel, Group } from './channel.ts';
import type { CallGraph } from './graph.ts';

/**
 * The sets of devices of a group that talk: each at least two live devices in one connected graph of bridges, through
 * pipes. Bridges that only hold connect nobody, and a room answers by itself.
 */
export function connectedDevices(graph: CallGraph, group: Group): readonly (readonly Channel[])[] {
  const sets = new Bridges();
  for (const channel of group.channels.values()) {
    const bridge = talkingBridgeOf(graph, channel);
    if (bridge === null || channel.otherHalfId === null) continue;
    const other = graph.get(channel.otherHalfId);
    const beyond = other ? talkingBridgeOf(graph, other) : null;
    if (beyond !== null) sets.join(bridge, beyond);
  }
  const devices = new Map<string, Channel[]>();
  for (const channel of group.channels.values()) {
    const bridge = channel.kind === 'device' ? talkingBridgeOf(graph, channel) : null;
    if (bridge === null) continue;
    const root = sets.rootOf(bridge);
    const together = devices.get(root);
    if (together) together.push(channel);
    else devices.set(root, [channel]);
  }
  return [...devices.values()].filter((together) => together.length > 1);
}

/** Devices that talk with this one now. */
export function partnersOf(graph: CallGraph, group: Group, channelId: string): readonly string[] {
  const set = connectedDevices(graph, group).find((devices) => devices.some(({ id }) => id === channelId)) ?? [];
  return set.map(({ id }) => id).filter((id) => id !== channelId);
}

/** The device is that channel, or stands before the pipe that ends in it. */
export function standsBefore(graph: CallGraph, deviceId: string, channelId: string): boolean {
  if (deviceId === channelId) return true;
  const device = graph.get(deviceId);
  const near = graph.get(graph.get(channelId)?.otherHalfId ?? '');
  const bridge = near ? talkingBridgeOf(graph, near) : null;
  return bridge !== null && device !== undefined && talkingBridgeOf(graph, device) === bridge;
}

function talkingBridgeOf(graph: CallGraph, channel: Channel): string | null {
  if (channel.bridgeId === null || channel.end !== null) return null;
  return graph.bridge(channel.bridgeId)?.kind === 'talk' ? channel.bridgeId : null;
}

/** Union-find over bridge ids; a bridge never joined is its own root. */
class Bridges {
  readonly #parent = new Map<string, string>();

  rootOf(id: string): string {
    let root = id;
    for (let parent = this.#parent.get(root); parent !== undefined; parent = this.#parent.get(root)) root = parent;
    return root;
  }

  join(one: string, two: string): void {
    const rootOne = this.rootOf(one);
    const rootTwo = this.rootOf(two);
    if (rootOne !== rootTwo) this.#parent.set(rootOne, rootTwo);
  }
}
