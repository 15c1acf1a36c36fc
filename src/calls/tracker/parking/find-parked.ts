/** Sets right who is parked, by a picture of all who are: nothing was heard for a while, or ever. */
import { isLive } from '../../graph/channel.ts';
import { partnersOf } from '../../graph/connected.ts';
import type { ParkedHere } from '../../signal.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { park } from './park-signals.ts';
import { isParked, type Parked } from './parked.ts';

export function findParked(world: World, call: CallRecord, parked: ReadonlyMap<string, ParkedHere>, at: number): void {
  for (const channel of call.group.channels.values()) {
    const found = parked.get(channel.id);
    if (found && isLive(channel)) park(world, call, channel, found, at);
  }
  for (const one of call.parked) if (isParked(one) && !parked.has(one.channelId)) leave(world, call, one, at);
}

/**
 * It is parked no more, and is there still: somebody talks to it, or it was given back. Whom it was given back to may talk to it
 * by now: who parked it, and not before its time was over.
 */
function leave(world: World, call: CallRecord, parked: Parked, at: number): void {
  const { graph } = world;
  const channel = graph.get(parked.channelId);
  if (!channel || !isLive(channel)) return;
  const [retrieverId] = partnersOf(graph, call.group, channel.id);
  const overAt = parked.timeoutMs === null ? null : parked.at + parked.timeoutMs;
  const isOver = overAt !== null && overAt <= at;
  const isGivenBack = retrieverId === undefined || (isOver && isParker(world, call, retrieverId, parked));
  parked.endedAt = isGivenBack && isOver ? overAt : at;
  parked.state = isGivenBack ? 'timed_out' : 'retrieved';
  parked.retrieverId = isGivenBack ? null : retrieverId;
  parked.found = true;
}

/** Its leg may not be told yet. */
function isParker({ graph, rules }: World, call: CallRecord, channelId: string, { by }: Parked): boolean {
  const device = graph.get(channelId)?.facts?.device ?? null;
  const extension = call.legs.get(channelId)?.extension ?? rules.extensionIn(device);
  return by !== null && extension === by;
}
