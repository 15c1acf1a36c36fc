/**
 * Recordings with something gone wrong on the way: events lost, told twice or in another order, two calls at once, a connection
 * that broke, either side restarted. Whatever it was, every rule holds, and in the end nothing is left over.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { checkAllOver, checkInvariants } from './call-invariants.ts';
import { Observer } from './follow-recording.ts';
import { beginOf, madeAgain, mixed, recorded, recordingNames } from './recordings.ts';

type Fault = 'lost' | 'twice' | 'swapped';
type Break = 'connection' | 'offhook' | 'asterisk' | 'both';

export interface Story {
  /** Recordings, the second one begun `shiftMs` after the first. */
  readonly names: readonly string[];
  readonly shiftMs: number;
  readonly faults: readonly { readonly kind: Fault; readonly place: number }[];
  /** Of two recordings only this one (0, 1) is heard; the other is only there. */
  readonly only?: number;
  /** From one event until another nothing was heard. */
  readonly broken: { readonly what: Break; readonly from: number; readonly count: number } | null;
}

const name = fc.constantFrom(...recordingNames);
const fault = (...kinds: Fault[]) => fc.record({ kind: fc.constantFrom(...kinds), place: fc.nat() });
const faults = fc.array(fault('lost', 'twice', 'swapped'), { minLength: 1, maxLength: 3 });
const broken = (...kinds: Break[]) =>
  fc.record({ what: fc.constantFrom(...kinds), from: fc.nat(), count: fc.oneof(fc.constant(0), fc.nat({ max: 60 })) });
const story = (parts: Partial<{ [Key in keyof Story]: fc.Arbitrary<Story[Key]> }>): fc.Arbitrary<Story> =>
  fc.record({
    names: fc.tuple(name),
    shiftMs: fc.nat({ max: 3_000 }),
    faults: fc.constant([]),
    broken: fc.constant(null),
    ...parts,
  });
const two = fc.tuple(name, name);

/** What may go wrong, in words, and the stories of it. */
export const stories: Readonly<Record<string, fc.Arbitrary<Story>>> = {
  'one event lost': story({ faults: fc.tuple(fault('lost')) }),
  'one event told twice': story({ faults: fc.tuple(fault('twice')) }),
  'one event swapped with the next': story({ faults: fc.tuple(fault('swapped')) }),
  'two calls at once': story({ names: two }),
  'the connection broken': story({ broken: broken('connection') }),
  'Offhook restarted': story({ broken: broken('offhook') }),
  'Asterisk restarted': story({ broken: broken('asterisk') }),
  'both restarted': story({ broken: broken('both') }),
  'all of it': story({ names: two, faults, broken: fc.option(broken('connection', 'offhook', 'asterisk', 'both')) }),
};

/** Tells the story; every rule holds, and nothing is left over. */
export async function checkStory(told: Story): Promise<void> {
  const events = await eventsOf(told);
  checkAllOver(checkInvariants(events));
}

/** Of two calls each is told as it would be alone, word by word. */
export async function checkAlone(told: Story): Promise<void> {
  const byId = (events: readonly NewEvent[]) => events.toSorted((one, two) => (one.id < two.id ? -1 : 1));
  const alone = [...(await eventsOf({ ...told, only: 0 })), ...(await eventsOf({ ...told, only: 1 }))];
  assert.deepEqual(byId(await eventsOf(told)), byId(alone));
}

/** Nothing happened while the connection was broken: all is told as if it had not been. */
export async function checkUnbroken(told: Story): Promise<void> {
  const packets = packetsOf(told.names, told.shiftMs);
  const from = (told.broken?.from ?? 0) % packets.length;
  const broken = { what: 'connection' as const, from: pastBetween(packets, from), count: 0 };
  assert.deepEqual(await eventsOf({ ...told, broken }), await eventsOf({ ...told, broken: null }));
}

/** The next place where the PBX has said in words what is so already: else the picture is the first to say it, up to 1 ms early. */
function pastBetween(packets: readonly AmiPacket[], from: number): number {
  // In a room's bridge, and not said to have joined.
  if (packets[from]?.event === 'ConfbridgeJoin') return from + 1;
  // Joined by who asked, and not said to have been sent on.
  const merged = packets.slice(0, from).findLastIndex(({ event }) => event === 'BridgeMerge');
  const said = packets.findIndex(({ event }, index) => index > merged && event === 'AttendedTransfer');
  return merged >= 0 && said >= from ? said + 1 : from;
}

export async function eventsOf({
  names,
  shiftMs,
  only,
  faults: wrong,
  broken: breaks,
}: Story): Promise<readonly NewEvent[]> {
  const packets = packetsOf(names, shiftMs, only);
  const observer = new Observer(beginOf(packets));
  await observer.connect();
  const heard = whatIsHeard(packets, wrong);
  const from = breaks === null ? packets.length : breaks.from % packets.length;
  const until = Math.min(packets.length, from + (breaks?.count ?? 0));
  for (let index = 0; index < from; index++) await observer.say(packets[index] as AmiPacket, heard[index]);
  if (breaks !== null) await breakOff(observer, breaks.what, packets.slice(from, until));
  const isOver = breaks?.what === 'asterisk' || breaks?.what === 'both';
  if (isOver) for (const packet of madeAgain(packets, 3_600, 'f')) await observer.say(packet);
  else
    for (let index = until; index < packets.length; index++)
      await observer.say(packets[index] as AmiPacket, heard[index]);
  await observer.waitForAll();
  assert.deepEqual(observer.liveCalls(), []);
  return observer.events;
}

/** What the PBX said of one recording, or of two at once. */
export function packetsOf(names: readonly string[], shiftMs: number, only?: number): readonly AmiPacket[] {
  const [first = '', second] = names;
  const packets = recorded(first);
  if (second === undefined) return packets;
  const other = recorded(second);
  const seconds = Math.round((beginOf(packets) + shiftMs - beginOf(other)) / 1_000);
  const both = [packets, madeAgain(other, seconds, 'a')];
  return only === undefined ? mixed(...both) : (both[only] as readonly AmiPacket[]);
}

/** For each event that is said, those that are heard then. */
function whatIsHeard(packets: readonly AmiPacket[], wrong: Story['faults']): readonly AmiPacket[][] {
  const heard = packets.map((packet) => [packet]);
  for (const { kind, place } of wrong) {
    const at = place % packets.length;
    const here = heard[at] ?? [];
    const next = heard[at + 1];
    if (kind === 'lost') heard[at] = [];
    else if (kind === 'twice') heard[at] = [...here, ...here];
    else if (next) {
      heard[at + 1] = [...next, ...here];
      heard[at] = [];
    }
  }
  return heard;
}

async function breakOff(observer: Observer, what: Break, unheard: readonly AmiPacket[]): Promise<void> {
  observer.disconnect();
  if (what === 'asterisk' || what === 'both') observer.pbx.restart();
  else for (const packet of unheard) await observer.say(packet, []);
  if (what === 'offhook' || what === 'both') observer.restart();
  await observer.connect();
}

/** How many stories are told of all kinds together. */
export const runsOf = (all: number) => seeded(Math.ceil(all / Object.keys(stories).length));

/** How many are told, and from which seed: `OFFHOOK_FUZZ_SEED` tells a failed run's again. */
export function seeded(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  const seed = process.env['OFFHOOK_FUZZ_SEED'];
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}
