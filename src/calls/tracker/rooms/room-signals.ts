import type { Channel } from '../../graph/channel.ts';
import type { Signal } from '../../signal.ts';
import { enterService } from '../machines/enter-service.ts';
import type { World } from '../moment.ts';
import { clean } from '../parties.ts';
import type { CallRecord } from '../record.ts';
import type { Room } from './room.ts';

export type RoomSignal = Extract<Signal, { readonly kind: `room.${string}` }>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Meetings under way that are remembered, and visits of one call; the oldest go first. */
const mostRooms = 10_000;
const mostVisits = 100;

export function roomSignal(world: World, callOf: CallOf, signal: RoomSignal, at: number): Channel | null {
  const channel = world.graph.refer(signal.channelId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  if (signal.kind === 'room.joined') join(world, call, channel, signal, at);
  else {
    for (const visit of call.visits) if (visit.channelId === channel.id) visit.leftAt ??= at;
    leaveRoom(call, channel.id);
  }
  return channel;
}

/** Nobody of the room answers the call any more. */
export function leaveRoom(call: CallRecord, channelId: string): void {
  if (call.service?.kind === 'conference' && call.service.channelId === channelId) call.service = null;
}

type Joining = Pick<Extract<RoomSignal, { readonly kind: 'room.joined' }>, 'room' | 'roomId' | 'moderator'>;

export function join({ rooms }: World, call: CallRecord, channel: Channel, signal: Joining, at: number): void {
  const name = clean(signal.room);
  channel.inRoom = true;
  enterService(call, channel, 'conference', name, at);
  const isKnown = call.visits.some(
    (visit) => visit.channelId === channel.id && (visit.leftAt === null || visit.joinedAt === at),
  );
  if (isKnown) return;
  const room = roomOf(rooms, signal.roomId, name, at);
  room.members.add(channel.id);
  room.most = Math.max(room.most, room.members.size);
  const { moderator } = signal;
  const visit = { channelId: channel.id, room, moderator, joinedAt: at, participants: room.members.size, leftAt: null };
  call.visits = [...call.visits, { ...visit, toldJoined: false, toldLeft: false }].slice(-mostVisits);
}

/** The meeting of that id; begun now where there was none. */
export function roomOf(rooms: Map<string, Room>, id: string, name: string | null, at: number): Room {
  const known = rooms.get(id);
  if (known) return known;
  if (rooms.size >= mostRooms) for (const oldest of rooms.keys()) if (rooms.delete(oldest)) break;
  const room: Room = { id, name, startedAt: at, members: new Set(), most: 0, toldStart: false };
  rooms.set(id, room);
  return room;
}
