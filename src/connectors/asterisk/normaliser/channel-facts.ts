/** Reads what a packet says about a channel. Several may be in one, told apart by a prefix of their headers. */
import type { ChannelFacts, ChannelState } from '../../../calls/signal.ts';
import type { AmiPacket } from '../ami/packet.ts';

/** Asterisk's numbers for the states of a line. */
const states: Readonly<Record<string, ChannelState>> = {
  '0': 'down', // Down
  '1': 'down', // Reserved
  '2': 'down', // Off hook, nothing dialled yet
  '3': 'dialing', // Dialing
  '4': 'ring', // Ring: it calls us
  '5': 'ringing', // Ringing: we call it
  '6': 'up', // Up
  '7': 'busy', // Busy
  '8': 'dialing', // Dialing Offhook
  '9': 'ring', // Pre-ring
};

/** Channel technologies that are parts of the PBX, no devices. */
const internalTechnologies: ReadonlySet<string> = new Set([
  'Local',
  'Surrogate',
  'AsyncGoto',
  'Parked',
  'Bridge',
  'Snoop',
  'Null',
]);

/** Carry text messages between phones and the dialplan, or a room's announcements and recording: no part of a call. */
const noCall: ReadonlySet<string> = new Set([
  'Message',
  'Announcer',
  'Recorder',
  'CBAnn',
  'CBRec',
  'ConfBridgeRecorder',
]);

/**
 * The device of a channel's name: `PJSIP/101-0000002a` is a channel of `PJSIP/101`. Asterisk marks channels that are
 * being merged or are dead with a word in angle brackets.
 */
export function deviceOf(channelName: string): string {
  return channelName.replace(/<[A-Z]+>$/, '').replace(/-[0-9a-f]+(;[12])?$/i, '');
}

const technologyOf = (channelName: string): string => channelName.slice(0, Math.max(0, channelName.indexOf('/')));

/**
 * When a channel was made, in milliseconds but exact to the second: its unique id is `seconds.number`, with the
 * system's name in front where it has one.
 */
export function createdAtOf(uniqueId: string): number | null {
  const seconds = /(?:^|-)(\d{9,11})\.\d+$/.exec(uniqueId)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

/** The channel whose headers have this prefix (`''`, `Dest`, `LocalOne` …); null where the packet shows none, or no call's. */
export function channelFacts(packet: AmiPacket, prefix = ''): ChannelFacts | null {
  const id = packet.known(`${prefix}Uniqueid`);
  const name = packet.known(`${prefix}Channel`);
  if (id === null || name === null) return null;
  const technology = technologyOf(name);
  if (noCall.has(technology)) return null;
  const internal = internalTechnologies.has(technology);
  return {
    id,
    linkedId: packet.known(`${prefix}Linkedid`) ?? id,
    device: internal ? null : deviceOf(name),
    kind: internal ? 'pipe' : 'device',
    state: states[packet.get(`${prefix}ChannelState`) ?? ''] ?? 'down',
    callerNumber: packet.known(`${prefix}CallerIDNum`),
    callerName: packet.known(`${prefix}CallerIDName`),
    connectedNumber: packet.known(`${prefix}ConnectedLineNum`),
    connectedName: packet.known(`${prefix}ConnectedLineName`),
    dialledNumber: packet.known(`${prefix}Exten`),
    context: packet.known(`${prefix}Context`),
    accountCode: packet.known(`${prefix}AccountCode`),
    createdAt: createdAtOf(id),
    ...(prefix === '' ? variablesOf(packet) : {}),
  };
}

/** What the channel's variables say, where the PBX shows them (`channelvars`). */
function variablesOf(packet: AmiPacket): Pick<ChannelFacts, 'queueStatus' | 'recordingFile'> {
  const variables = packet.all('ChanVariable');
  const valueOf = (name: string): string | null | undefined =>
    variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1);
  const queueStatus = valueOf('QUEUESTATUS');
  const recordingFile = valueOf('MIXMONITOR_FILENAME');
  return {
    ...(queueStatus !== undefined && { queueStatus: queueStatus || null }),
    ...(recordingFile !== undefined && { recordingFile: recordingFile || null }),
  };
}

/** When it happened by the PBX's clock (`timestampevents=yes`), else when it was received; milliseconds. */
export function timeOf(packet: AmiPacket, receivedAt: number): number {
  const seconds = Number(packet.get('Timestamp') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : receivedAt;
}
