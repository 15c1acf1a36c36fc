/** Takes up what had begun in a call, and not ended, when Offhook stopped: its beginning is not told again. */
import type { NewEvent } from '../../model/event.ts';
import { beginsForwarded, beginsMenu } from '../begun.ts';
import { newMachine } from './machines/machine.ts';
import { clean } from './parties.ts';
import { isWaiting, newStay } from './queues/stay.ts';
import { channelIdOf, legIdOf, type CallRecord, type LegRecord } from './record.ts';
import type { Room } from './rooms/room.ts';
import { roomOf } from './rooms/room-signals.ts';
import { letGo } from './transfers/begin-transfer.ts';
import { restoreTold } from './transfers/restore-transfers.ts';

export function restoreBegun(
  record: CallRecord,
  begun: readonly NewEvent[],
  rooms: Map<string, Room>,
  connector: string,
): void {
  for (const event of begun) {
    if (beginsMenu(event)) restoreMenu(record, event);
    if (beginsForwarded(event)) restoreForwarded(record, event, connector);
    if (event.type === 'queue.joined') restoreStay(record, event, connector);
    if (event.type === 'queue.agent_ringing') restoreOffer(record, event, connector);
    if (event.type === 'park.parked') restoreParked(record, event);
    if (event.type === 'transfer.started') restoreTold(record, event);
    if (event.type === 'conference.joined') restoreVisit(record, event, rooms, connector);
  }
}

/** The event does not name who is in the menu, as a rule the caller; nor what the PBX calls it. */
function restoreMenu(record: CallRecord, { call, time }: NewEvent): void {
  const live = [...record.legs.values()].filter(({ endedAt }) => endedAt === null);
  const leg =
    live.find(({ channelId }) => channelId === record.initiatorId) ?? (live.length === 1 ? live[0] : undefined);
  if (!leg) return;
  const at = Date.parse(time);
  const menu = newMachine('ivr', leg.channelId, at);
  if (record.machines.some(({ id }) => id === menu.id)) return;
  record.machines = [...record.machines, { ...menu, extension: call?.answeredBy?.extension ?? null, isUnnamed: true }];
}

function restoreForwarded(record: CallRecord, { leg, data }: NewEvent, connector: string): void {
  const channelId = leg === null ? null : channelIdOf(connector, leg.id);
  const forwarded = channelId === null ? undefined : record.legs.get(channelId);
  if (forwarded) forwarded.forwardedFrom = text(data['forwardedFrom']);
}

function restoreStay(record: CallRecord, { leg, data }: NewEvent, connector: string): void {
  const machine = record.machines.find(({ id }) => legIdOf(connector, id) === leg?.id);
  if (!machine) return;
  const stay = newStay(machine.channelId, text(data['queue']), machine.startedAt, count(data['position']), null);
  // What an earlier queue left behind looks like a word about this one.
  const isFirst = !record.machines.some((one) => one.role === 'queue' && one.startedAt < machine.startedAt);
  const before = { numberBefore: machine.extension, statusBefore: isFirst ? null : undefined };
  record.stays = [...record.stays, { ...stay, ...before, toldJoined: true }];
}

/** Of the channel that the queue called nothing is known but the device that it led to. */
function restoreOffer(record: CallRecord, { leg, data, time }: NewEvent, connector: string): void {
  const legId = leg === null ? null : channelIdOf(connector, leg.id);
  const queue = text(data['queue']);
  const stay = record.stays.findLast((one) => isWaiting(one) && one.queue === queue);
  if (!stay || legId === null) return;
  const names = { agent: text(data['agent']), agentName: text(data['agentName']) };
  const told = { restored: true, toldRinging: true, toldMissed: false, missedAfterMs: null };
  stay.offers.set(legId, { memberId: legId, legId, ...names, ...told, at: Date.parse(time) });
}

/** The event does not name who was parked: it is whoever was there and did not park. */
function restoreParked(record: CallRecord, { data, time }: NewEvent): void {
  const at = Date.parse(time);
  const by = text(data['by']);
  const wasThere = [...record.legs.values()].filter(
    ({ startedAt, endedAt }) => startedAt <= at && (endedAt ?? at) >= at,
  );
  const parkee = wasThere.find(
    ({ extension, endedAt }) => endedAt === null && (extension === null || extension !== by),
  );
  if (!parkee) return;
  const isParker = ({ extension, endedAt }: LegRecord): boolean =>
    endedAt === null && extension !== null && extension === by;
  letGo(
    record,
    wasThere.filter((leg) => leg !== parkee && isParker(leg)),
  );
  const place = { lot: text(data['lot']), slot: text(data['slot']), by, timeoutMs: count(data['timeoutMs']) };
  const parked = {
    channelId: parkee.channelId,
    ...place,
    at,
    state: 'parked',
    retrieverId: null,
    endedAt: null,
    found: false,
  } as const;
  record.parked = [...record.parked, { ...parked, toldParked: true, toldEnd: false }];
}

function restoreVisit(record: CallRecord, event: NewEvent, rooms: Map<string, Room>, connector: string): void {
  const { leg, data } = event;
  const channelId = leg === null ? null : channelIdOf(connector, leg.id);
  const roomId = text(data['conferenceId']);
  if (channelId === null || roomId === null || (record.legs.get(channelId)?.endedAt ?? null) !== null) return;
  const joinedAt = Date.parse(event.time);
  const began = Date.parse(text(data['conferenceStartedAt']) ?? event.time);
  const room = roomOf(rooms, roomId, text(data['conference']), Number.isFinite(began) ? began : joinedAt);
  room.toldStart = true;
  room.members.add(channelId);
  const participants = count(data['participants']) ?? room.members.size;
  room.most = Math.max(room.most, room.members.size, participants);
  const moderator = typeof data['moderator'] === 'boolean' ? data['moderator'] : null;
  const visit = { channelId, room, moderator, joinedAt, participants, leftAt: null };
  record.visits = [...record.visits, { ...visit, toldJoined: true, toldLeft: false }];
}

const text = (value: unknown): string | null => (typeof value === 'string' ? clean(value) : null);
const count = (value: unknown): number | null => (typeof value === 'number' ? value : null);
