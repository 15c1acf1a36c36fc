/**
 * Finds out what is going on at a PBX that was just connected to: whether it was restarted, and every channel, bridge
 * and pipe there is. The channels come with their bridges in one answer, so that the picture is of one moment.
 */
import type { ChannelFacts, QueueAgent, Signal, Waiting } from '../../calls/signal.ts';
import type { AmiAction } from './ami/action.ts';
import type { AmiPacket } from './ami/packet.ts';
import type { ActionResult } from './ami/pending.ts';
import { channelFacts, timeOf } from './normaliser/channel-facts.ts';
import { isHolding, isRoom, parkedHere, placeInQueue } from './normaliser/normaliser.ts';
import { memberFacts } from './normaliser/queue-member.ts';
import { serviceOfApplication } from './normaliser/services.ts';

export type Ask = (action: AmiAction, onResponse?: () => void) => Promise<ActionResult>;

export type Asked<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** `refused`: our manager user may not ask that. */
  | { readonly kind: 'refused' | 'failed'; readonly problem: string };

/** Which run of the PBX this is, and what its clock says. */
export interface PbxRun {
  /** Date and time of its start as it writes them: the same text is the same run. Its time zone is not known. */
  readonly startedText: string;
  /** Milliseconds its clock is ahead of ours; negative when it is behind. */
  readonly ahead: number;
  readonly version: string | null;
}

/** @param now Our clock, milliseconds. */
export async function askRun(ask: Ask, now: () => number): Promise<Asked<PbxRun>> {
  const status = await ask({ name: 'CoreStatus' });
  if (status.kind !== 'ok') return failed('CoreStatus', status);
  const startedText = `${status.response.get('CoreStartupDate') ?? ''} ${status.response.get('CoreStartupTime') ?? ''}`;
  const ping = await ask({ name: 'Ping' });
  if (ping.kind !== 'ok') return failed('Ping', ping);
  const ahead = timeOf(ping.response, now()) - now();
  const settings = await ask({ name: 'CoreSettings' });
  const version = settings.kind === 'ok' ? settings.response.known('AsteriskVersion') : null;
  return { kind: 'ok', value: { startedText, ahead, version } };
}

/** Everything there is, as the signals to give to the tracker. */
export interface Picture {
  readonly resync: Omit<Extract<Signal, { kind: 'resync' }>, 'at' | 'restarted'>;
  /** Channels that are in a service now. */
  readonly services: readonly Omit<Extract<Signal, { kind: 'service.entered' }>, 'at'>[];
}

/** `onMoment` is called at the place in the stream of events for which the picture holds. */
export async function askPicture(ask: Ask, onMoment: () => void): Promise<Asked<Picture>> {
  // Asked before the channels: a bridge made in between is unknown here, and taken for one in which people talk.
  const bridges = await ask({ name: 'BridgeList' });
  if (bridges.kind !== 'ok') return failed('BridgeList', bridges);
  const channels = await ask({ name: 'CoreShowChannels' }, onMoment);
  if (channels.kind !== 'ok') return failed('CoreShowChannels', channels);
  const { resync, services } = draw(channels.items, bridges.items);
  return { kind: 'ok', value: { resync: { ...resync, ...(await askServices(ask)) }, services } };
}

/**
 * Who waits in queues, and for whom, and who is parked. A PBX that lacks these modules knows the actions no more than our user may have
 * them, and then has nothing of the kind that could be missed. Why `QueueStatus` is asked for agents as well: `ask-people.ts`.
 */
async function askServices(ask: Ask): Promise<Pick<Picture['resync'], 'waiting' | 'agents' | 'parked'>> {
  const queues = await ask({ name: 'QueueStatus' });
  const lots = await ask({ name: 'ParkedCalls' });
  return {
    ...(queues.kind === 'ok' && { waiting: waitingIn(queues.items), agents: agentsIn(queues.items) }),
    ...(lots.kind === 'ok' && { parked: lots.items.flatMap((packet) => parkedHere(packet) ?? []) }),
  };
}

function waitingIn(items: readonly AmiPacket[]): readonly Waiting[] {
  return items.flatMap((packet) => {
    const channelId = packet.event === 'QueueEntry' ? packet.known('Uniqueid') : null;
    return channelId === null ? [] : [{ channelId, ...placeInQueue(packet) }];
  });
}

function agentsIn(items: readonly AmiPacket[]): readonly QueueAgent[] {
  return items.flatMap((packet) => {
    const member = packet.event === 'QueueMember' ? memberFacts(packet) : null;
    if (member === null) return [];
    const { queue, agent, name, device } = member;
    return [{ queue, agent, agentName: name, device }];
  });
}

function failed(action: string, result: Exclude<ActionResult, { kind: 'ok' }>): Asked<never> {
  if (result.kind !== 'refused') return { kind: 'failed', problem: `${action}: ${result.problem}` };
  const problem = `the manager user may not ${action} (its write classes need system or reporting): ${result.problem}`;
  return { kind: 'refused', problem };
}

function draw(channelItems: readonly AmiPacket[], bridgeItems: readonly AmiPacket[]): Picture {
  const shown = channelItems.flatMap((packet) => {
    const channel = channelFacts(packet);
    return channel === null ? [] : [{ packet, channel }];
  });
  const channels = shown.map(({ channel }) => channel);
  const services: Picture['services'] = shown.flatMap(({ packet, channel }) => {
    const data = packet.known('ApplicationData');
    const entered = serviceOfApplication(packet.known('Application'), data, channel.context);
    return entered === null ? [] : [{ kind: 'service.entered', channelId: channel.id, ...entered }];
  });
  const inMenus = services.filter(({ service }) => service === 'ivr').map(({ channelId }) => channelId);
  const bridges = membersOf(shown, bridgeItems);
  return { resync: { kind: 'resync', channels, bridges, pipes: pipesOf(shown), inMenus }, services };
}

interface Shown {
  readonly packet: AmiPacket;
  readonly channel: ChannelFacts;
}

function membersOf(shown: readonly Shown[], bridgeItems: readonly AmiPacket[]): Picture['resync']['bridges'] {
  const idsOf = (is: (packet: AmiPacket) => boolean) =>
    new Set(bridgeItems.filter(is).map((packet) => packet.get('BridgeUniqueid')));
  const holding = idsOf(isHolding);
  const rooms = new Map(
    bridgeItems.filter(isRoom).map((packet) => [packet.get('BridgeUniqueid'), packet.known('BridgeName')]),
  );
  const members = new Map<string, string[]>();
  for (const { packet, channel } of shown) {
    const bridgeId = packet.known('BridgeId');
    if (bridgeId !== null) members.set(bridgeId, [...(members.get(bridgeId) ?? []), channel.id]);
  }
  return [...members].map(([id, channelIds]) => {
    const room = rooms.has(id) ? { room: true, name: rooms.get(id) ?? null } : {};
    return { id, holding: holding.has(id), ...room, channelIds };
  });
}

/** The two ends of a Local channel have the same name but for `;1` and `;2`. */
function pipesOf(shown: readonly Shown[]): Exclude<Picture['resync']['pipes'], undefined> {
  const firstHalves = new Map<string, string>();
  const nameOf = ({ packet }: Shown): string => packet.get('Channel') ?? '';
  for (const one of shown) if (nameOf(one).endsWith(';1')) firstHalves.set(nameOf(one).slice(0, -2), one.channel.id);
  return shown.flatMap((two) => {
    const oneId = nameOf(two).endsWith(';2') ? firstHalves.get(nameOf(two).slice(0, -2)) : undefined;
    return oneId === undefined ? [] : [{ oneId, twoId: two.channel.id }];
  });
}
