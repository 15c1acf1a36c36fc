/**
 * Asterisk's events, as signals for the call tracker. Pure: one packet in, what it says out; who listens keeps the state.
 *
 * Most events show one or more channels as they stand; each is passed on (`channel.seen`), because some changes, such
 * as that of the linked id on entering a bridge, are announced by nothing else. Which events are not here, and why:
 * SoftHangupRequest (the PBX itself ends the channel), BridgeCreate (an empty bridge is nothing yet), BridgeMerge
 * (leaving and entering follow for each member), LocalOptimization* (so do they), Rename (the name comes with the next event).
 */
import type { ChannelFacts, ParkedHere, Signal, Waiting } from '../../../calls/signal.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { isOurChannelId } from '../commands/order-channel.ts';
import { agentNamed } from './agent-name.ts';
import { channelFacts, timeOf } from './channel-facts.ts';
import { dialStatusOf, saysRinging, statusOfReason } from './dial-status.ts';
import { serviceOfApplication } from './services.ts';

type Reading = (packet: AmiPacket, at: number) => Signal[];

const seen = (at: number, ...channels: readonly (ChannelFacts | null)[]): Signal[] =>
  channels.flatMap((channel) => (channel === null ? [] : [{ kind: 'channel.seen', at, channel }]));

const showsChannel: Reading = (packet, at) => seen(at, channelFacts(packet));

/** An event about a channel: what it shows, then what it says about it. Nothing where it shows none. */
const about =
  (says: (channel: ChannelFacts, packet: AmiPacket, at: number) => Signal[]): Reading =>
  (packet, at) => {
    const channel = channelFacts(packet);
    return channel === null ? [] : [...seen(at, channel), ...says(channel, packet, at)];
  };

const newChannel: Reading = (packet, at) => {
  const channel = channelFacts(packet);
  return channel === null ? [] : [{ kind: 'channel.created', at, channel }];
};

const newExtension = about((channel, packet, at) => {
  const entered = serviceOfApplication(packet.known('Application'), packet.known('AppData'), channel.context);
  return entered === null ? [] : [{ kind: 'service.entered', at, channelId: channel.id, ...entered }];
});

/** What leads a pipe's end is no device that could ask for anything. */
const hangupRequest = about((channel, _packet, at) =>
  channel.kind === 'device' ? [{ kind: 'channel.hangup_requested', at, channelId: channel.id }] : [],
);

const hangup: Reading = (packet, at) => {
  const channel = channelFacts(packet);
  if (channel === null) return [];
  const cause = wholeNumber(packet.get('Cause'));
  // On a line that called the PBX, or had picked up, it is the PBX's own, and says less than the cause it was made from.
  const isRefusal = channel.state !== 'ring' && channel.state !== 'up';
  const sipStatus = isRefusal ? sipStatusOf(packet.get('TechCause')) : null;
  return [{ kind: 'channel.ended', at, channelId: channel.id, cause, sipStatus }];
};

/** A dial's two channels as shown, and its ids; null where it has no destination. The PBX itself may be the source. */
function dialOf(packet: AmiPacket, at: number) {
  const source = channelFacts(packet);
  const destination = channelFacts(packet, 'Dest');
  if (destination === null) return null;
  const ids = { sourceId: source?.id ?? null, destinationId: destination.id };
  return { shown: seen(at, source, destination), ids };
}

const dialBegin: Reading = (packet, at) => {
  const dial = dialOf(packet, at);
  if (dial === null) return [];
  return [...dial.shown, { kind: 'dial.begun', at, ...dial.ids, dialString: packet.known('DialString') }];
};

const dialState: Reading = (packet, at) => {
  const dial = dialOf(packet, at);
  if (dial === null) return [];
  return [...dial.shown, { kind: 'dial.progressed', at, ...dial.ids, ringing: saysRinging(packet.get('DialStatus')) }];
};

const dialEnd: Reading = (packet, at) => {
  const dial = dialOf(packet, at);
  if (dial === null) return [];
  const status = dialStatusOf(packet.get('DialStatus'));
  return [...dial.shown, { kind: 'dial.ended', at, ...dial.ids, status, forwardTo: packet.known('Forward') }];
};

/** Members of a holding bridge hear music or silence, never each other. */
export const isHolding = (packet: AmiPacket): boolean => packet.get('BridgeTechnology') === 'holding_bridge';

/** A conference room's bridge. Several who talk by other means (three-way) are one call. */
export const isRoom = (packet: AmiPacket): boolean => /^confbridge$/i.test(packet.get('BridgeCreator') ?? '');

const bridgeEnter: Reading = (packet, at) => {
  const channel = channelFacts(packet);
  const bridgeId = packet.known('BridgeUniqueid');
  if (channel === null || bridgeId === null) return seen(at, channel);
  const swapFor = packet.known('SwapUniqueid');
  const kind = { holding: isHolding(packet), room: isRoom(packet) };
  const entered: Signal = { kind: 'bridge.entered', at, bridgeId, channelId: channel.id, ...kind, swapFor };
  // In a room the channel already shows who it meets there as those it belongs with.
  return kind.room ? [entered, ...seen(at, channel)] : [...seen(at, channel), entered];
};

const bridgeLeave = about((channel, packet, at) => {
  const bridgeId = packet.known('BridgeUniqueid');
  return bridgeId === null ? [] : [{ kind: 'bridge.left', at, bridgeId, channelId: channel.id }];
});

const bridgeDestroy: Reading = (packet, at) => {
  const bridgeId = packet.known('BridgeUniqueid');
  return bridgeId === null ? [] : [{ kind: 'bridge.ended', at, bridgeId }];
};

const localBridge: Reading = (packet, at) => {
  const one = channelFacts(packet, 'LocalOne');
  const two = channelFacts(packet, 'LocalTwo');
  if (one === null || two === null) return [];
  return [...seen(at, one, two), { kind: 'pipe.joined', at, oneId: one.id, twoId: two.id }];
};

const isYes = (packet: AmiPacket, header: string): boolean => /^yes$/i.test(packet.get(header) ?? '');

/** `Success` says only that the transfer was begun. What the phone does by itself is outside of Asterisk (`IsExternal`). */
const blindTransfer: Reading = (packet, at) => {
  const transferer = channelFacts(packet, 'Transferer');
  const transferee = channelFacts(packet, 'Transferee');
  if (transferer === null || packet.get('Result') !== 'Success') return [];
  const ids = { transfererId: transferer.id, transfereeId: transferee?.id ?? null };
  const target = packet.known('Extension');
  const byKeys = !isYes(packet, 'IsExternal');
  return [...seen(at, transferer, transferee), { kind: 'transfer.sent', at, ...ids, target, byKeys }];
};

/** Where the two calls went; a transfer that failed, or of two bridges that are linked by a pipe, follows from what comes next. */
const joinedInto: ReadonlyMap<string, 'bridge' | 'application' | 'three_way'> = new Map([
  ['Bridge', 'bridge'],
  ['Link', 'bridge'],
  ['App', 'application'],
  ['Threeway', 'three_way'],
]);

const attendedTransfer: Reading = (packet, at) => {
  const first = channelFacts(packet, 'OrigTransferer');
  const second = channelFacts(packet, 'SecondTransferer');
  const into = joinedInto.get(packet.get('DestType') ?? '');
  if (first === null || second === null || packet.get('Result') !== 'Success' || into === undefined) return [];
  const transferee = channelFacts(packet, 'Transferee');
  const target = channelFacts(packet, 'TransferTarget');
  const shown = seen(at, first, second, transferee, target);
  const transferers = { firstId: first.id, secondId: second.id };
  const others = { transfereeId: transferee?.id ?? null, targetId: target?.id ?? null };
  const byKeys = !isYes(packet, 'IsExternal');
  return [...shown, { kind: 'transfer.joined', at, ...transferers, ...others, into, byKeys }];
};

/** Told before the channel is shown: what the PBX groups it with from now on is who it meets there. */
const roomJoin: Reading = (packet, at) => {
  const channel = channelFacts(packet);
  if (channel === null) return [];
  const room = packet.known('Conference');
  const roomId = packet.known('BridgeUniqueid') ?? room ?? channel.id;
  const moderator = packet.get('Admin') === null ? null : isYes(packet, 'Admin');
  return [{ kind: 'room.joined', at, channelId: channel.id, room, roomId, moderator }, ...seen(at, channel)];
};

const roomLeave = about((channel, _packet, at) => [{ kind: 'room.left', at, channelId: channel.id }]);

/** Where a caller waits, of the event of its joining and of the list of those who wait. */
export const placeInQueue = (packet: AmiPacket): Omit<Waiting, 'channelId'> => ({
  queue: packet.known('Queue'),
  position: wholeNumber(packet.get('Position')),
  waiting: wholeNumber(packet.get('Count')),
});

const queueJoin = about((channel, packet, at) => [
  { kind: 'queue.joined', at, channelId: channel.id, ...placeInQueue(packet) },
]);

const queueOut = (kind: 'queue.abandoned' | 'queue.left'): Reading =>
  about((channel, packet, at) => [{ kind, at, channelId: channel.id, position: wholeNumber(packet.get('Position')) }]);

/** An event of a queue about the caller who waits and the agent it calls. */
const queueMember =
  (says: (ids: { channelId: string; memberId: string }, packet: AmiPacket, at: number) => Signal): Reading =>
  (packet, at) => {
    const caller = channelFacts(packet);
    const member = channelFacts(packet, 'Dest');
    if (caller === null || member === null) return [];
    return [...seen(at, caller, member), says({ channelId: caller.id, memberId: member.id }, packet, at)];
  };

const agentOf = (packet: AmiPacket): string | null => {
  const named = packet.known('Interface');
  return named === null ? null : agentNamed(named);
};

/** A member without a name of its own has that of its interface. */
const agentNameOf = (packet: AmiPacket): string | null => {
  const name = packet.known('MemberName');
  return name === packet.known('Interface') ? agentOf(packet) : name;
};

const agentCalled = queueMember((ids, packet, at) => ({
  kind: 'queue.agent_called',
  at,
  ...ids,
  agent: agentOf(packet),
  agentName: agentNameOf(packet),
}));

/** Of one that was missed the time is in milliseconds, of one that was taken in seconds. */
const agentOutcome = (kind: 'queue.agent_missed' | 'queue.agent_connected', unitMs: number): Reading =>
  queueMember((ids, packet, at) => {
    const rang = wholeNumber(packet.get('RingTime'));
    const names = { agent: agentOf(packet), agentName: agentNameOf(packet) };
    return { kind, at, ...ids, ...names, ringMs: rang === null ? null : rang * unitMs };
  });

/** Where a channel is parked, of the event of its parking and of the list of those who are. */
export function parkedHere(packet: AmiPacket): ParkedHere | null {
  const channelId = packet.known('ParkeeUniqueid');
  const timeout = wholeNumber(packet.get('ParkingTimeout'));
  const place = { lot: packet.known('Parkinglot'), slot: packet.known('ParkingSpace') };
  const more = { parkedBy: packet.known('ParkerDialString'), timeoutMs: timeout === null ? null : timeout * 1_000 };
  return channelId === null ? null : { channelId, ...place, ...more };
}

const parkedCall: Reading = (packet, at) => {
  const parkee = channelFacts(packet, 'Parkee');
  const parked = parkedHere(packet);
  return parkee === null || parked === null ? [] : [...seen(at, parkee), { kind: 'park.parked', at, ...parked }];
};

const unparkedCall: Reading = (packet, at) => {
  const parkee = channelFacts(packet, 'Parkee');
  const retriever = channelFacts(packet, 'Retriever');
  if (parkee === null || retriever === null) return [];
  const ids = { channelId: parkee.id, retrieverId: retriever.id };
  return [...seen(at, parkee, retriever), { kind: 'park.retrieved', at, ...ids }];
};

const parkedNoMore =
  (kind: 'park.timed_out' | 'park.abandoned'): Reading =>
  (packet, at) => {
    const parkee = channelFacts(packet, 'Parkee');
    return parkee === null ? [] : [...seen(at, parkee), { kind, at, channelId: parkee.id }];
  };

const pickup: Reading = (packet, at) => {
  const picker = channelFacts(packet);
  const target = channelFacts(packet, 'Target');
  if (picker === null || target === null) return [];
  const ids = { pickerId: picker.id, targetId: target.id };
  return [...seen(at, picker, target), { kind: 'call.picked_up', at, ...ids }];
};

const recordingStart = about((channel, packet, at) => [
  { kind: 'recording.started', at, channelId: channel.id, recordingId: packet.known('MixMonitorID') },
]);

const recordingStop = about((channel, _packet, at) => [{ kind: 'recording.stopped', at, channelId: channel.id }]);

/** What became of a call that Offhook ordered; of one whose channel was made, that channel's own events tell more. */
const originateResponse: Reading = (packet, at) => {
  const channelId = packet.get('ActionID');
  if (packet.get('Response') !== 'Failure' || channelId === null || !isOurChannelId(channelId)) return [];
  return [{ kind: 'call.order_failed', at, channelId, status: statusOfReason(packet.get('Reason')) }];
};

const readings: ReadonlyMap<string, Reading> = new Map([
  ['Newchannel', newChannel],
  ['Newstate', showsChannel],
  ['NewCallerid', showsChannel],
  ['NewConnectedLine', showsChannel],
  ['NewAccountCode', showsChannel],
  ['Newexten', newExtension],
  ['OriginateResponse', originateResponse],
  ['HangupRequest', hangupRequest],
  ['Hangup', hangup],
  ['DialBegin', dialBegin],
  ['DialState', dialState],
  ['DialEnd', dialEnd],
  ['BridgeEnter', bridgeEnter],
  ['BridgeLeave', bridgeLeave],
  ['BridgeDestroy', bridgeDestroy],
  ['LocalBridge', localBridge],
  ['ParkedCall', parkedCall],
  ['UnParkedCall', unparkedCall],
  ['ParkedCallTimeOut', parkedNoMore('park.timed_out')],
  ['ParkedCallGiveUp', parkedNoMore('park.abandoned')],
  ['BlindTransfer', blindTransfer],
  ['AttendedTransfer', attendedTransfer],
  ['Pickup', pickup],
  ['MusicOnHoldStop', about((channel, _packet, at) => [{ kind: 'channel.unheld', at, channelId: channel.id }])],
  ['MixMonitorStart', recordingStart],
  ['MixMonitorStop', recordingStop],
  ['Hold', about((channel, _packet, at) => [{ kind: 'channel.held', at, channelId: channel.id }])],
  ['Unhold', about((channel, _packet, at) => [{ kind: 'channel.resumed', at, channelId: channel.id }])],
  ['QueueCallerJoin', queueJoin],
  ['QueueCallerAbandon', queueOut('queue.abandoned')],
  ['QueueCallerLeave', queueOut('queue.left')],
  ['AgentCalled', agentCalled],
  ['AgentRingNoAnswer', agentOutcome('queue.agent_missed', 1)],
  // It hung up while the queue told it something, before it had the caller.
  ['AgentDump', agentOutcome('queue.agent_missed', 1)],
  ['AgentConnect', agentOutcome('queue.agent_connected', 1_000)],
  ['ConfbridgeJoin', roomJoin],
  ['ConfbridgeLeave', roomLeave],
]);

/** What the event says, in order; empty for events that say nothing about calls. `receivedAt` in milliseconds. */
export function normalise(packet: AmiPacket, receivedAt: number): readonly Signal[] {
  return readings.get(packet.event ?? '')?.(packet, timeOf(packet, receivedAt)) ?? [];
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** `603`, or `SIP 603 Declined` from the older channel driver. */
function sipStatusOf(value: string | null): number | null {
  return wholeNumber(/\b[1-6]\d\d\b/.exec(value ?? '')?.[0] ?? null);
}
