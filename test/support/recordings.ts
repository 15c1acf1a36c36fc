/** The recordings of a real Asterisk, as the packets of its events; and the same call made at another time. */
import { readdirSync, readFileSync } from 'node:fs';
import { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { timeOf } from '../../src/connectors/asterisk/normaliser/channel-facts.ts';
import { packetsOf } from './ami-replay.ts';

const folder = new URL('../fixtures/asterisk/', import.meta.url);

export const recordingNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.ami'))
  .map((name) => name.slice(0, -'.ami'.length));

const read = new Map<string, readonly AmiPacket[]>();

/** What the PBX said by itself: without the answers to what the recorder asked. */
export function recorded(name: string): readonly AmiPacket[] {
  const known = read.get(name) ?? packetsOf(readFileSync(new URL(`${name}.ami`, folder))).filter(isSaid);
  read.set(name, known);
  return known;
}

const isSaid = (packet: AmiPacket): boolean => packet.event !== null && packet.actionId === null;

/** When the PBX said the first thing of it, milliseconds. */
export const beginOf = (packets: readonly AmiPacket[]): number => timeOf(packets.find(isTimed) as AmiPacket, 0);

const isTimed = (packet: AmiPacket): boolean => packet.get('Timestamp') !== null;

/** The same call, begun so many seconds later, with ids of its own (`mark`: a hexadecimal digit). */
export function madeAgain(packets: readonly AmiPacket[], seconds: number, mark: string): AmiPacket[] {
  const again = (name: string, value: string): string => {
    if (name === 'Timestamp') return (Number(value) + seconds).toFixed(6);
    if (/(?:Uniqueid|Linkedid|Bridgeid)$/i.test(name)) return anotherId(value, seconds, mark);
    return name.endsWith('Channel') ? value.replace(/-(?=[0-9a-f]{8,}(?:;[12])?$)/, `-${mark}`) : value;
  };
  return packets.map(({ headers }) => new AmiPacket(headers.map(([name, value]) => [name, again(name, value)])));
}

/** Of a channel its id begins with its second; of a bridge it is only unique. */
function anotherId(id: string, seconds: number, mark: string): string {
  const [, second, number] = /^(\d{10})\.(\d+)$/.exec(id) ?? [];
  if (second !== undefined) return `${Number(second) + seconds}.${Number.parseInt(mark, 16)}000${number}`;
  return id === '' ? id : `${mark}${id}`;
}

/** Several streams of events as one, in the order of their times. */
export function mixed(...streams: readonly (readonly AmiPacket[])[]): AmiPacket[] {
  const timed = streams.flatMap((packets) => {
    let at = 0;
    return packets.map((packet) => ({ packet, at: (at = Math.max(at, timeOf(packet, at))) }));
  });
  return timed.sort((one, two) => one.at - two.at).map(({ packet }) => packet);
}
