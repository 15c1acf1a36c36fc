/**
 * The PBX of a recording. It goes through the recorded events one after the other, and can be asked between any two of them
 * what there is: its answers are made of what its events have shown so far, in the form of Asterisk's own.
 */
import type { AmiAction } from '../../src/connectors/asterisk/ami/action.ts';
import { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import type { ActionResult } from '../../src/connectors/asterisk/ami/pending.ts';
import { timeOf } from '../../src/connectors/asterisk/normaliser/channel-facts.ts';

type Headers = [string, string][];

interface ShownChannel {
  /** As last shown, without any prefix. */
  headers: Headers;
  bridgeId: string;
  application: string;
  data: string;
}

/** Parts of a packet that show a channel as it stands. */
const channelParts = [
  ...['Channel', 'ChannelState', 'CallerIDNum', 'CallerIDName', 'ConnectedLineNum', 'ConnectedLineName'],
  ...['AccountCode', 'Context', 'Exten', 'Uniqueid', 'Linkedid', 'ChanVariable'],
];
const bridgeParts = ['BridgeUniqueid', 'BridgeType', 'BridgeTechnology', 'BridgeCreator', 'BridgeName'];

export class RecordedPbx {
  readonly #channels = new Map<string, ShownChannel>();
  readonly #gone = new Set<string>();
  readonly #bridges = new Map<string, Headers>();
  readonly #waiting = new Map<string, Headers>();
  readonly #parked = new Map<string, Headers>();
  #runs = 1;
  /** Milliseconds, by its own clock. */
  now: number;

  constructor(now: number) {
    this.now = now;
  }

  /** Goes on by one event. */
  say(packet: AmiPacket): void {
    this.now = Math.max(this.now, timeOf(packet, this.now));
    for (const [name] of packet.headers) {
      if (name.endsWith('Uniqueid')) this.#show(packet, name.slice(0, -'Uniqueid'.length));
    }
    this.#changes[packet.event ?? '']?.(packet);
  }

  /** Everything on it is gone, and nothing that was comes back. */
  restart(): void {
    for (const id of this.#channels.keys()) this.#gone.add(id);
    for (const kept of [this.#channels, this.#bridges, this.#waiting, this.#parked]) kept.clear();
    this.#runs++;
  }

  /** Whether the packet is about a channel from before a restart. */
  isOfThePast(packet: AmiPacket): boolean {
    return packet.headers.some(([name, id]) => name.endsWith('Uniqueid') && this.#gone.has(id));
  }

  ask({ name }: AmiAction): ActionResult {
    const stamp: Headers = [['Timestamp', String(this.now / 1_000)]];
    switch (name) {
      case 'CoreStatus':
        return answer([
          ['CoreStartupDate', '2026-11-21'],
          ['CoreStartupTime', `run ${this.#runs}`],
        ]);
      case 'Ping':
        return answer(stamp);
      case 'CoreSettings':
        return answer([['AsteriskVersion', '22.1.0']]);
      case 'BridgeList':
        return answer([], this.#bridges.values());
      case 'CoreShowChannels':
        return answer([], [...this.#channels.values()].map(listed));
      case 'QueueStatus':
        return answer([], this.#waiting.values());
      case 'ParkedCalls':
        return answer([], this.#parked.values());
      default:
        return { kind: 'refused', problem: `a recording can't ${name}` };
    }
  }

  #show(packet: AmiPacket, prefix: string): void {
    const id = packet.get(`${prefix}Uniqueid`) ?? '';
    if (packet.known(`${prefix}Channel`) === null || this.#gone.has(id)) return;
    const headers = channelParts.flatMap((part): Headers => {
      return packet.all(`${prefix}${part}`).map((value) => [part, value]);
    });
    const known = this.#channels.get(id) ?? { headers, bridgeId: '', application: '', data: '' };
    known.headers = headers;
    this.#channels.set(id, known);
  }

  #leave(channelId: string | null): void {
    const channel = this.#channels.get(channelId ?? '');
    if (channel) channel.bridgeId = '';
  }

  readonly #changes: Readonly<Record<string, (packet: AmiPacket) => void>> = {
    Hangup: (packet) => {
      const id = packet.get('Uniqueid') ?? '';
      this.#gone.add(id);
      for (const kept of [this.#channels, this.#waiting, this.#parked]) kept.delete(id);
    },
    Newexten: (packet) => {
      const channel = this.#channels.get(packet.get('Uniqueid') ?? '');
      if (!channel) return;
      channel.application = packet.get('Application') ?? '';
      channel.data = packet.get('AppData') ?? '';
    },
    BridgeEnter: (packet) => {
      const id = packet.get('BridgeUniqueid') ?? '';
      this.#bridges.set(id, pick(packet, bridgeParts));
      const replaced = packet.known('SwapUniqueid');
      if (this.#channels.get(replaced ?? '')?.bridgeId === id) this.#leave(replaced);
      const channel = this.#channels.get(packet.get('Uniqueid') ?? '');
      if (channel) channel.bridgeId = id;
    },
    BridgeLeave: (packet) => {
      const channel = this.#channels.get(packet.get('Uniqueid') ?? '');
      if (channel?.bridgeId === packet.get('BridgeUniqueid')) channel.bridgeId = '';
    },
    BridgeDestroy: (packet) => void this.#bridges.delete(packet.get('BridgeUniqueid') ?? ''),
    QueueCallerJoin: (packet) => void this.#waiting.set(packet.get('Uniqueid') ?? '', queueEntry(packet)),
    AttendedTransfer: (packet) => {
      // Into a queue: the transferee has the transferer's place, under its own id.
      const [from, to] = [packet.get('SecondTransfererUniqueid') ?? '', packet.known('TransfereeUniqueid')];
      const place = this.#waiting.get(from);
      if (!place || to === null) return;
      this.#waiting.delete(from);
      this.#waiting.set(
        to,
        place.map(([name, value]) => [name, name === 'Uniqueid' ? to : value]),
      );
    },
    QueueCallerLeave: (packet) => void this.#waiting.delete(packet.get('Uniqueid') ?? ''),
    ParkedCall: (packet) => void this.#parked.set(packet.get('ParkeeUniqueid') ?? '', parkedCall(packet)),
    UnParkedCall: (packet) => void this.#parked.delete(packet.get('ParkeeUniqueid') ?? ''),
    ParkedCallTimeOut: (packet) => void this.#parked.delete(packet.get('ParkeeUniqueid') ?? ''),
    ParkedCallGiveUp: (packet) => void this.#parked.delete(packet.get('ParkeeUniqueid') ?? ''),
  };
}

const pick = (packet: AmiPacket, names: readonly string[]): Headers =>
  names.map((name) => [name, packet.get(name) ?? '']);

const listed = ({ headers, bridgeId, application, data }: ShownChannel): Headers => [
  ['Event', 'CoreShowChannel'],
  ...headers,
  ['Application', application],
  ['ApplicationData', data],
  ['BridgeId', bridgeId],
];

const queueEntry = (packet: AmiPacket): Headers => [
  ['Event', 'QueueEntry'],
  ...pick(packet, ['Queue', 'Position', 'Channel', 'Uniqueid', 'CallerIDNum', 'CallerIDName']),
];

const parkedCall = (packet: AmiPacket): Headers => [
  ['Event', 'ParkedCall'],
  ...packet.headers.filter(([name]) => name.startsWith('Park')).map(([name, value]): [string, string] => [name, value]),
];

function answer(headers: Headers, items: Iterable<Headers> = []): ActionResult {
  const response = new AmiPacket([['Response', 'Success'], ...headers]);
  return { kind: 'ok', response, items: [...items].map((item) => new AmiPacket(item)) };
}
