/** Sets right who is in rooms, by a picture of all bridges: nothing was heard for a while, or ever. */
import { isLive } from '../../graph/channel.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { join, leaveRoom } from './room-signals.ts';

/** Milliseconds within which a room's bridge lets go of who has left the room. */
const leavesWithinMs = 1_000;

/** @param names of rooms, by the id of their bridge */
export function findMembers(
  world: World,
  call: CallRecord,
  names: ReadonlyMap<string, string | null>,
  at: number,
): void {
  for (const channel of call.group.channels.values()) {
    const roomId = channel.kind === 'device' && isLive(channel) ? channel.bridgeId : null;
    const room = roomId === null ? undefined : names.get(roomId);
    if (roomId === null || room === undefined || isLeaving(call, channel.id, roomId, at)) continue;
    join(world, call, channel, { room, roomId, moderator: null }, at);
  }
  for (const visit of call.visits) {
    const channel = world.graph.get(visit.channelId);
    if (!channel || !isLive(channel) || channel.bridgeId === visit.room.id) continue;
    if (visit.leftAt === null) leaveRoom(call, channel.id);
    visit.leftAt ??= at;
  }
}

const isLeaving = (call: CallRecord, channelId: string, roomId: string, at: number): boolean =>
  call.visits.some(
    (visit) =>
      visit.channelId === channelId &&
      visit.room.id === roomId &&
      visit.leftAt !== null &&
      at - visit.leftAt < leavesWithinMs,
  );
