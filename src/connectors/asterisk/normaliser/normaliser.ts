/**
 * Asterisk's events, as signals for the call tracker. Pure: one packet in, what it says out; who listens keeps the state.
 *
 * Most events show one or more channels as they stand; each is passed on (`channel.seen`), because some changes, such
 * as that of the linked id on entering a bridge, are announced by nothing else. Which events are not here, and why:
 * SoftHangupRequest (the PBX itself ends the channel), BridgeCreate (an empty bridge is nothing yet), BridgeMerge
 * (leaving and entering follow for each member), LocalOptimization* (so do they), Rename (the name comes with the next event).
 */
import type { ChannelFacts, Signal } from '../../../calls/signal.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { channelFacts, timeOf } from './channel-facts.ts';
import { dialStatusOf, saysRinging } from './dial-status.ts';
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
  // On a line that called the PBX it is the PBX's own answer, and says less than the cause it was made from.
  const sipStatus = channel.state === 'ring' ? null : sipStatusOf(packet.get('TechCause'));
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

const bridgeEnter = about((channel, packet, at) => {
  const bridgeId = packet.known('BridgeUniqueid');
  if (bridgeId === null) return [];
  const swapFor = packet.known('SwapUniqueid');
  return [{ kind: 'bridge.entered', at, bridgeId, channelId: channel.id, holding: isHolding(packet), swapFor }];
});

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

const entersService = (service: 'queue' | 'conference', nameHeader: string): Reading =>
  about((channel, packet, at) => [
    { kind: 'service.entered', at, channelId: channel.id, service, name: packet.known(nameHeader) },
  ]);

const readings: ReadonlyMap<string, Reading> = new Map([
  ['Newchannel', newChannel],
  ['Newstate', showsChannel],
  ['NewCallerid', showsChannel],
  ['NewConnectedLine', showsChannel],
  ['NewAccountCode', showsChannel],
  ['Newexten', newExtension],
  ['HangupRequest', hangupRequest],
  ['Hangup', hangup],
  ['DialBegin', dialBegin],
  ['DialState', dialState],
  ['DialEnd', dialEnd],
  ['BridgeEnter', bridgeEnter],
  ['BridgeLeave', bridgeLeave],
  ['BridgeDestroy', bridgeDestroy],
  ['LocalBridge', localBridge],
  ['Hold', about((channel, _packet, at) => [{ kind: 'channel.held', at, channelId: channel.id }])],
  ['Unhold', about((channel, _packet, at) => [{ kind: 'channel.resumed', at, channelId: channel.id }])],
  ['QueueCallerJoin', entersService('queue', 'Queue')],
  ['ConfbridgeJoin', entersService('conference', 'Conference')],
]);

/** What the event says, in order; empty for events that say nothing about calls. `receivedAt` in milliseconds. */
export function normalise(packet: AmiPacket, receivedAt: number): readonly Signal[] {
  return readings.get(packet.event ?? '')?.(packet, timeOf(packet, receivedAt)) ?? [];
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\d{1,4}$/.test(value) ? Number(value) : null;
}

/** `603`, or `SIP 603 Declined` from the older channel driver. */
function sipStatusOf(value: string | null): number | null {
  return wholeNumber(/\b[1-6]\d\d\b/.exec(value ?? '')?.[0] ?? null);
}
