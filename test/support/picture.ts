/** What a PBX that has sent these signals would list if it were asked for all there is. */
import type { ChannelFacts, Signal } from '../../src/calls/signal.ts';

type Resync = Extract<Signal, { readonly kind: 'resync' }>;

interface Bridge {
  readonly holding: boolean;
  readonly room: boolean;
  readonly members: Set<string>;
}

export function pictureAfter(signals: readonly Signal[], at: number): Resync {
  const channels = new Map<string, ChannelFacts>();
  const bridges = new Map<string, Bridge>();
  const pipes: { readonly oneId: string; readonly twoId: string }[] = [];
  for (const signal of signals) {
    if (signal.kind === 'channel.created' || signal.kind === 'channel.seen') {
      channels.set(signal.channel.id, { ...channels.get(signal.channel.id), ...signal.channel });
    } else if (signal.kind === 'pipe.joined') pipes.push(signal);
    else if (signal.kind === 'bridge.ended') bridges.delete(signal.bridgeId);
    else if (signal.kind === 'bridge.entered') enter(bridges, signal);
    else if (signal.kind === 'bridge.left') bridges.get(signal.bridgeId)?.members.delete(signal.channelId);
    else if (signal.kind === 'channel.ended') {
      channels.delete(signal.channelId);
      for (const { members } of bridges.values()) members.delete(signal.channelId);
    }
  }
  const isThere = (id: string): boolean => channels.has(id);
  return {
    kind: 'resync',
    at,
    channels: [...channels.values()],
    bridges: [...bridges].flatMap(([id, { holding, room, members }]) => {
      const channelIds = [...members].filter(isThere);
      return channelIds.length === 0 ? [] : [{ id, holding, ...(room && { room }), channelIds }];
    }),
    pipes: pipes.filter(({ oneId, twoId }) => isThere(oneId) && isThere(twoId)),
    restarted: false,
  };
}

function enter(bridges: Map<string, Bridge>, signal: Extract<Signal, { readonly kind: 'bridge.entered' }>): void {
  const { bridgeId, channelId, holding, room = false, swapFor } = signal;
  for (const { members } of bridges.values()) members.delete(channelId);
  const bridge = bridges.get(bridgeId) ?? { holding, room, members: new Set<string>() };
  bridges.set(bridgeId, bridge);
  if (swapFor !== null) bridge.members.delete(swapFor);
  bridge.members.add(channelId);
}
