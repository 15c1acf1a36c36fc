/** Reads what a packet says about a channel. Several may be in one, told apart by a prefix of their headers. */
import type { ChannelFacts, ChannelState } from '../../../calls/signal.ts';
import { headerName } from '../ami/header-names.ts';
import { keptText } from '../ami/kept-text.ts';
import type { AmiPacket } from '../ami/packet.ts';

/** Asterisk's numbers for the states of a line. */
const states: ReadonlyMap<string, ChannelState> = new Map([
  ['0', 'down'], // Down
  ['1', 'down'], // Reserved
  ['2', 'down'], // Off hook, nothing dialled yet
  ['3', 'dialing'], // Dialing
  ['4', 'ring'], // Ring: it calls us
  ['5', 'ringing'], // Ringing: we call it
  ['6', 'up'], // Up
  ['7', 'busy'], // Busy
  ['8', 'dialing'], // Dialing Offhook
  ['9', 'ring'], // Pre-ring
]);

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
  const name = channelName.endsWith('>') ? channelName.replace(/<[A-Z]+>$/, '') : channelName;
  return name.replace(/-[0-9a-f]+(;[12])?$/i, '');
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

/** Header names of one prefix. Found once: they are asked for several times in every packet. */
type Names = ReturnType<typeof findNames>;

const namesOfPrefix = new Map<string, Names>();

function namesOf(prefix: string): Names {
  const known = namesOfPrefix.get(prefix);
  if (known !== undefined) return known;
  const names = findNames(prefix);
  namesOfPrefix.set(prefix, names);
  return names;
}

const findNames = (prefix: string) => ({
  id: headerName(`${prefix}Uniqueid`),
  linkedId: headerName(`${prefix}Linkedid`),
  channel: headerName(`${prefix}Channel`),
  state: headerName(`${prefix}ChannelState`),
  callerNumber: headerName(`${prefix}CallerIDNum`),
  callerName: headerName(`${prefix}CallerIDName`),
  connectedNumber: headerName(`${prefix}ConnectedLineNum`),
  connectedName: headerName(`${prefix}ConnectedLineName`),
  exten: headerName(`${prefix}Exten`),
  context: headerName(`${prefix}Context`),
  accountCode: headerName(`${prefix}AccountCode`),
});

const timestamp = headerName('Timestamp');

/** Whether Asterisk has a state of that number. */
export const isChannelState = (value: string): boolean => states.has(value);

/** The channel whose headers have this prefix (`''`, `Dest`, `LocalOne` …); null where the packet shows none, or no call's. */
export function channelFacts(packet: AmiPacket, prefix = ''): ChannelFacts | null {
  const names = namesOf(prefix);
  const id = packet.known(names.id);
  const name = packet.known(names.channel);
  if (id === null || name === null) return null;
  const technology = technologyOf(name);
  if (noCall.has(technology)) return null;
  const internal = internalTechnologies.has(technology);
  return {
    id,
    linkedId: packet.known(names.linkedId) ?? id,
    device: internal ? null : deviceOf(name),
    kind: internal ? 'pipe' : 'device',
    state: states.get(packet.get(names.state) ?? '') ?? 'down',
    callerNumber: packet.known(names.callerNumber),
    callerName: packet.known(names.callerName),
    connectedNumber: packet.known(names.connectedNumber),
    connectedName: packet.known(names.connectedName),
    dialledNumber: packet.known(names.exten),
    context: packet.known(names.context),
    accountCode: packet.known(names.accountCode),
    createdAt: createdAtOf(id),
    ...(prefix === '' ? variablesOf(packet) : {}),
  };
}

/** What the channel's variables say, where the PBX shows them (`channelvars`). */
function variablesOf(packet: AmiPacket): Pick<ChannelFacts, 'queueStatus' | 'recordingFile'> {
  const variables = packet.all('ChanVariable');
  const valueOf = (name: string): string | undefined => {
    const variable = variables.find((one) => one.startsWith(`${name}=`));
    return variable === undefined ? undefined : keptText(variable.slice(name.length + 1));
  };
  const queueStatus = valueOf('QUEUESTATUS');
  const recordingFile = valueOf('MIXMONITOR_FILENAME');
  return {
    ...(queueStatus !== undefined && { queueStatus: queueStatus || null }),
    ...(recordingFile !== undefined && { recordingFile: recordingFile || null }),
  };
}

/** When it happened by the PBX's clock (`timestampevents=yes`), else when it was received; milliseconds. */
export function timeOf(packet: AmiPacket, receivedAt: number): number {
  const seconds = Number(packet.get(timestamp) ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : receivedAt;
}
