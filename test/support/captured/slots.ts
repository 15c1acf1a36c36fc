/** What has to be another in each call that is made from a recording, and what stands there instead. */

/** What stands in that place in the call of that serial, which began at that time (milliseconds). */
export type Slot = (serial: number, startedAt: number) => string;

/** What stands between two slots, and the slot behind it; null: the end. */
export interface Piece {
  readonly before: string;
  readonly slot: Slot | null;
}

/** More channels than any recorded call has. */
const mostChannels = 100;
/** The invented numbers of people outside, as the recorded calls have them. */
const outsideNumber = /^1215\d{7}$/;

/** When it was said, milliseconds; null where the packet does not say. */
export function timeIn(packet: string): number | null {
  const seconds = /^Timestamp: (\d+\.\d+)\r?$/m.exec(packet)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/** Finds all there are in a recording; answers what takes one of its packets apart. */
export function findSlots(packets: readonly string[], recordedAt: number): (packet: string) => readonly Piece[] {
  const finder = new Finder(recordedAt);
  for (const packet of packets) finder.look(packet);
  const { slots } = finder;
  // The longest first, since one may begin like another.
  const words = [...slots.keys()].toSorted((one, two) => two.length - one.length).map(escaped);
  const pattern = new RegExp(`(?<![\\w.])(?:${words.join('|')})(?!\\w)`, 'g');
  return (packet) => {
    const pieces: Piece[] = [];
    let from = 0;
    for (const match of packet.matchAll(pattern)) {
      pieces.push({ before: packet.slice(from, match.index), slot: slots.get(match[0]) ?? null });
      from = match.index + match[0].length;
    }
    return [...pieces, { before: packet.slice(from), slot: null }];
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const hex = (value: number): string => value.toString(16).padStart(8, '0');

class Finder {
  readonly slots = new Map<string, Slot>();
  readonly #recordedAt: number;
  #channels = 0;
  #names = 0;

  constructor(recordedAt: number) {
    this.#recordedAt = recordedAt;
  }

  look(packet: string): void {
    const after = (timeIn(packet) ?? this.#recordedAt) - this.#recordedAt;
    for (const line of packet.split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      this.#note(name, value, after);
    }
  }

  /** @param after milliseconds after the call's beginning */
  #note(name: string, value: string, after: number): void {
    if (name === 'Timestamp') this.#add(value, (_serial, startedAt) => ((startedAt + after) / 1_000).toFixed(6));
    else if (/Bridge(?:Uniqueid|Id)$/.test(name)) this.#add(value, (serial) => `${hex(serial)}${value.slice(8)}`);
    else if (/(?:Uniqueid|Linkedid)$/.test(name)) this.#noteId(value, after);
    else if (name.endsWith('Channel')) this.#noteName(value);
    else if (outsideNumber.test(value)) {
      this.#add(value, (serial) => `${value.slice(0, 7)}${String(serial % 10_000).padStart(4, '0')}`);
    }
  }

  /** Seconds in which the channel was made, and a number that no other has. */
  #noteId(value: string, after: number): void {
    if (this.slots.has(value) || !/^\d+\.\d+$/.test(value)) return;
    const index = this.#channels++;
    this.#add(value, (serial, startedAt) => {
      return `${Math.floor((startedAt + after) / 1_000)}.${serial * mostChannels + index}`;
    });
  }

  /** `PJSIP/101-0000002a`; the two ends of a pipe, `;1` and `;2`, have one number. */
  #noteName(value: string): void {
    const [, device, number] = /^(.+-)([0-9a-f]{8})(?:;[12])?$/.exec(value) ?? [];
    if (device === undefined || this.slots.has(`${device}${number}`)) return;
    const index = this.#names++;
    this.#add(`${device}${number}`, (serial) => `${device}${hex(serial * mostChannels + index)}`);
  }

  #add(value: string, slot: Slot): void {
    if (value !== '' && !this.slots.has(value)) this.slots.set(value, slot);
  }
}
