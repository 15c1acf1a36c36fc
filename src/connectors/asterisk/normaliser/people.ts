/**
 * Asterisk's events about phones, agents, mailboxes and messages, as signals for the tracker of people. Pure, as the
 * normaliser of calls is; the same readings serve what is listed when asked.
 *
 * Which events are not here, and why: QueueMemberPenalty and QueueMemberRinginuse change nothing that is told, but show
 * the member, so they are read like the others; PresenceStatus repeats PresenceStateChange for each hint.
 */
import type { DeviceFacts, MailboxFacts, PeopleSignal, StatusFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { channelFacts, timeOf } from './channel-facts.ts';
import { watchFacts } from './hint.ts';
import { lineOfExtension, lineOfWord, statusOfWord } from './line-states.ts';
import { memberFacts } from './queue-member.ts';
import { messageFacts } from './text-message.ts';

type Reading = (packet: AmiPacket, at: number) => PeopleSignal | null;

/** Null for what Asterisk calls a device and is none, such as `Queue:support_pause_PJSIP/101` or `Local/101@phones`. */
export function deviceFacts(packet: AmiPacket): DeviceFacts | null {
  const device = packet.known('Device') ?? '';
  return /^(?!Local\/)[a-z0-9_]+\//i.test(device) ? { device, line: lineOfWord(packet.get('State')) } : null;
}

/** `Custom:DND101` is where systems with a web front end keep that 101 does not want to be disturbed. */
export function statusOfDevice(packet: AmiPacket): StatusFacts | null {
  const source = packet.known('Device') ?? '';
  const who = /^Custom:DND(.+)$/i.exec(source)?.[1];
  if (who === undefined) return null;
  const isOn = ['busy', 'in_use'].includes(lineOfWord(packet.get('State')));
  return { source, who, status: isOn ? 'do_not_disturb' : null, message: null };
}

const deviceState: Reading = (packet, at) => {
  const status = statusOfDevice(packet);
  if (status) return { kind: 'status.changed', at, status };
  const device = deviceFacts(packet);
  return device && { kind: 'device.changed', at, device };
};

export function statusFacts(packet: AmiPacket): StatusFacts | null {
  const source = packet.known('Presentity');
  if (source === null) return null;
  const who = source.slice(source.indexOf(':') + 1);
  return { source, who, status: statusOfWord(packet.get('Status')), message: packet.known('Message') };
}

const presenceState: Reading = (packet, at) => {
  const status = statusFacts(packet);
  return status && { kind: 'status.changed', at, status };
};

const extensionStatus: Reading = (packet, at) => {
  const watch = watchFacts(packet);
  if (watch) return { kind: 'watch.changed', at, watch };
  const number = packet.known('Exten');
  const isOver = number !== null && lineOfExtension(packet.get('Status')) === null;
  return isOver ? { kind: 'watch.removed', at, number, context: packet.known('Context') } : null;
};

/** `Removed`, `Unreachable` and the like; the others say that it can be reached, or may. */
const unreachable: ReadonlySet<string> = new Set(['removed', 'unreachable', 'unregistered', 'rejected']);
const isReachable = (word: string | null): boolean => word !== null && !unreachable.has(word.toLowerCase());

const contactStatus: Reading = (packet, at) => {
  const endpoint = packet.known('EndpointName') ?? packet.known('AOR');
  const contact = packet.known('URI');
  if (endpoint === null || contact === null) return null;
  const reachable = isReachable(packet.get('ContactStatus'));
  return { kind: 'contact.changed', at, device: `PJSIP/${endpoint}`, contact, reachable };
};

const peerStatus: Reading = (packet, at) => {
  const device = packet.known('Peer');
  const reachable = isReachable(packet.get('PeerStatus'));
  return device === null ? null : { kind: 'contact.changed', at, device, contact: 'peer', reachable };
};

const queueMember: Reading = (packet, at) => {
  const member = memberFacts(packet);
  return member && { kind: 'member.changed', at, member };
};

const queueMemberRemoved: Reading = (packet, at) => {
  const member = memberFacts(packet);
  return member && { kind: 'member.removed', at, queue: member.queue, agent: member.agent };
};

const agentSigned =
  (on: boolean): Reading =>
  (packet, at) => {
    const agent = packet.known('Agent');
    const device = on ? (channelFacts(packet)?.device ?? null) : null;
    return agent === null ? null : { kind: 'agent.signed', at, pool: `Agent:${agent}`, on, device };
  };

const wholeNumber = (value: string | null): number | null =>
  value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;

/** The message that a channel left last, where the PBX shows it (`channelvars`). */
function messageFile(packet: AmiPacket): { readonly file?: string | null } {
  const prefix = 'VM_MESSAGEFILE=';
  const shown = packet.all('ChanVariable').find((variable) => variable.startsWith(prefix));
  return shown === undefined ? {} : { file: shown.slice(prefix.length) || null };
}

/** Where a channel is shown, it has just left a message, or heard some. */
const messageWaiting: Reading = (packet, at) => {
  const mailbox = packet.known('Mailbox');
  const newCount = wholeNumber(packet.get('New'));
  const oldCount = wholeNumber(packet.get('Old'));
  // Older versions tell only whether something waits.
  if (mailbox === null || newCount === null || oldCount === null) return null;
  const channel = channelFacts(packet);
  const caller = { callerNumber: channel?.callerNumber ?? null, callerName: channel?.callerName ?? null };
  return {
    kind: 'mailbox.counted',
    at,
    mailbox,
    newCount,
    oldCount,
    channelId: channel?.id ?? null,
    ...caller,
    ...messageFile(packet),
  };
};

/** A mailbox as it is listed, `VoiceMailbox` in `VMContext`. */
export function mailboxFacts(packet: AmiPacket): MailboxFacts | null {
  const number = packet.known('VoiceMailbox');
  const newCount = wholeNumber(packet.get('NewMessageCount'));
  const oldCount = wholeNumber(packet.get('OldMessageCount'));
  if (number === null || newCount === null || oldCount === null) return null;
  const mailbox = `${number}@${packet.known('VMContext') ?? 'default'}`;
  return { mailbox, name: packet.known('Fullname'), newCount, oldCount };
}

/** The event that the dialplan of our guide tells of a text message. */
const userEvent: Reading = (packet, at) => {
  const message = messageFacts(packet);
  return message && { kind: 'message.passed', at, message };
};

const readings: ReadonlyMap<string, Reading> = new Map([
  ['DeviceStateChange', deviceState],
  ['PresenceStateChange', presenceState],
  ['ExtensionStatus', extensionStatus],
  ['ContactStatus', contactStatus],
  ['PeerStatus', peerStatus],
  ['QueueMemberAdded', queueMember],
  ['QueueMemberStatus', queueMember],
  ['QueueMemberPause', queueMember],
  ['QueueMemberPenalty', queueMember],
  ['QueueMemberRinginuse', queueMember],
  ['QueueMemberRemoved', queueMemberRemoved],
  ['AgentLogin', agentSigned(true)],
  ['AgentLogoff', agentSigned(false)],
  ['MessageWaiting', messageWaiting],
  ['UserEvent', userEvent],
]);

/** What the event says of people; empty for most. `receivedAt` in milliseconds. */
export function normalisePeople(packet: AmiPacket, receivedAt: number): readonly PeopleSignal[] {
  const signal = readings.get(packet.event ?? '')?.(packet, timeOf(packet, receivedAt)) ?? null;
  return signal === null ? [] : [signal];
}
