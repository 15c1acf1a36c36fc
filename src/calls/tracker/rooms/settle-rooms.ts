import { isLive } from '../../graph/channel.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import type { Room, Visit } from './room.ts';

/** Tells who joined a room, after it was told that the room answered, and who left it. */
export function tellVisits(world: World, call: CallRecord, moment: Moment): void {
  for (const visit of call.visits) {
    const channel = moment.over ? undefined : world.graph.get(visit.channelId);
    if (!channel || !isLive(channel)) visit.leftAt ??= moment.at;
    if (!visit.toldJoined) tellJoined(world, call, visit, moment);
    if (visit.leftAt !== null && !visit.toldLeft) tellLeft(world, call, visit, moment);
  }
}

function tellJoined({ teller }: World, call: CallRecord, visit: Visit, moment: Moment): void {
  visit.toldJoined = true;
  const { room } = visit;
  if (!room.toldStart) teller.room('conference.started', room, moment.at, { participants: visit.participants });
  room.toldStart = true;
  // What is kept of a meeting over a restart: by its beginning its end is named.
  const conferenceStartedAt = new Date(room.startedAt).toISOString();
  const data = { conferenceStartedAt, participants: visit.participants, ...participantOf(call, visit) };
  teller.visit('conference.joined', call, visit, moment.at, data);
}

function tellLeft(world: World, call: CallRecord, visit: Visit, moment: Moment): void {
  visit.toldLeft = true;
  const { room } = visit;
  room.members.delete(visit.channelId);
  const stayedMs = Math.max(0, (visit.leftAt ?? moment.at) - visit.joinedAt);
  const data = { participants: room.members.size, ...participantOf(call, visit), stayedMs };
  world.teller.visit('conference.left', call, visit, moment.at, data);
  endIfEmpty(world, room, moment.at);
}

/** A call of which nothing was told is forgotten: it leaves its rooms as silently. */
export function leaveUntold(world: World, call: CallRecord, at: number): void {
  for (const { room, channelId, toldLeft } of call.visits) {
    if (!toldLeft && room.members.delete(channelId)) endIfEmpty(world, room, at);
  }
}

function endIfEmpty({ teller, rooms }: World, room: Room, at: number): void {
  if (room.members.size > 0) return;
  if (rooms.get(room.id) === room) rooms.delete(room.id);
  if (!room.toldStart) return;
  const durationMs = Math.max(0, at - room.startedAt);
  teller.room('conference.ended', room, at, { durationMs, mostParticipants: room.most });
}

function participantOf(call: CallRecord, { channelId, moderator }: Visit) {
  const leg = call.legs.get(channelId);
  const party = channelId === call.initiatorId ? call.from : null;
  return {
    participant: leg?.extension ?? leg?.number ?? party?.number ?? null,
    participantName: leg?.name ?? party?.name ?? null,
    moderator,
  };
}
