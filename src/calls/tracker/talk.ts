import { connectedDevices } from '../graph/connected.ts';
import { isLive } from '../graph/channel.ts';
import type { Moment, World } from './moment.ts';
import { lineUp } from './outcome.ts';
import type { CallRecord } from './record.ts';

/** Who is connected with whom now, and the talk time that follows. */
export function connect(world: World, call: CallRecord, moment: Moment): void {
  const sets = connectedDevices(world.graph, call.group);
  const connected = new Set(sets.flat().map((channel) => channel.id));
  const talking = connected.size > 0 || talksToMachine(world, call);
  // Others go on talking, or talk again: whoever left before did not end the call.
  if (connected.size > 0 && call.hungUp && !connected.has(call.hungUp.channelId)) call.hungUp = null;
  call.connected = connected;
  if (connected.size > 0) call.metPerson = true;
  if (talking && call.talkingSince === null) call.talkingSince = moment.at;
  if (talking || call.talkingSince === null) return;
  call.talkMs += Math.max(0, talkedUntil(call, moment) - call.talkingSince);
  call.talkingSince = null;
}

/** Of talk that is over: what was not seen is not counted. */
export function talkedUntil(call: CallRecord, moment: Moment): number {
  if (!moment.found) return moment.at;
  return call.restored || moment.knownAt === null ? call.lastAt : moment.knownAt;
}

/** A machine that counts as an answerer has the call. */
export function talksToMachine(world: World, call: CallRecord): boolean {
  const kind = call.service?.kind;
  return (kind === 'voicemail' || kind === 'conference') && serviceUp(world, call);
}

export function serviceUp(world: World, call: CallRecord): boolean {
  const channel = call.service ? world.graph.get(call.service.channelId) : undefined;
  return channel !== undefined && isLive(channel) && lineUp(channel);
}
