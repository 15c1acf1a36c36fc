/** What becomes of a manager stream inside the server, without the rest of it: parser, reader and call tracker. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createTracker, type Tracker } from '../../src/calls/tracker/index.ts';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { AmiParser } from '../../src/connectors/asterisk/ami/parser.ts';
import { EventReader } from '../../src/connectors/asterisk/normaliser/reader.ts';
import { companyRules } from '../../test/support/ami-replay.ts';
import type { PlayedPacket } from '../../test/support/captured/captured-call.ts';
import { playCalls } from '../../test/support/captured/play-calls.ts';
import { chunksOf, greeting, twoPartyCalls } from '../support/captures.ts';
import { serve, type Spent, spentOn } from '../support/serve.ts';

const startedAt = 1_800_000_000_000;
/** Serials and times of a run are behind those of the ones before it. */
let serial = 0;

/** So many two-party calls a second, which begin after all calls before them have ended. */
function packetsOf(calls: number, perSecond: number): Iterable<PlayedPacket> {
  const firstSerial = serial;
  serial += calls;
  return playCalls(twoPartyCalls(), {
    perSecond,
    count: calls,
    startedAt: startedAt + firstSerial * 100_000,
    firstSerial,
  });
}

function* textsOf(packets: Iterable<PlayedPacket>): Generator<string> {
  for (const { text } of packets) yield text;
}

function parserTo(packet: (packet: AmiPacket) => void): AmiParser {
  const violation = (problem: string): void => {
    throw new Error(problem);
  };
  const parser = new AmiParser({ banner: () => {}, packet, violation });
  parser.push(Buffer.from(greeting));
  return parser;
}

interface Side {
  readonly tracker: Tracker;
  events: number;
  packets: number;
}

/** From bytes to events; what is made is counted and let go. */
function follow(side: Side): AmiParser {
  const reader = new EventReader();
  return parserTo((packet) => {
    side.packets++;
    for (const signal of reader.read(packet, 0)) side.events += side.tracker.apply(signal).length;
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** MB of a million bytes that are in use now. */
function usedMb(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const endings: ReadonlySet<string> = new Set(['HangupRequest', 'SoftHangupRequest', 'BridgeLeave', 'Hangup']);

/** What is said of each call until it begins to end. */
function* withoutEnds(packets: Iterable<PlayedPacket>): Generator<string> {
  const ending = new Set<string>();
  for (const { event, text } of packets) {
    const call = /^Linkedid: (\S+)\r$/m.exec(text)?.[1] ?? '';
    if (endings.has(event)) ending.add(call);
    if (!ending.has(call)) yield text;
  }
}

export type CpuSpent = Pick<Spent, 'cpuMs'>;

export interface Followed extends Spent {
  readonly bytes: number;
  readonly packets: number;
  readonly events: number;
}

const methods = {
  /** Parses the stream of so many calls, several times over. */
  parse: async ({ calls, times }: { readonly calls: number; readonly times: number }) => {
    const chunks = chunksOf(textsOf(packetsOf(calls, 1_000)));
    const seen = { packets: 0 };
    const parser = parserTo(() => seen.packets++);
    const spent = await spentOn(async () => {
      for (let time = 0; time < times; time++) for (const chunk of chunks) parser.push(chunk);
    });
    const bytes = times * chunks.reduce((sum, { length }) => sum + length, 0);
    return { ...spent, bytes, packets: seen.packets, bytesPerCall: bytes / calls / times };
  },
  /** Follows so many calls from bytes to events, at that rate of their own time. */
  follow: async ({ calls, perSecond }: { readonly calls: number; readonly perSecond: number }): Promise<Followed> => {
    const chunks = chunksOf(textsOf(packetsOf(calls, perSecond)));
    const side: Side = { tracker: createTracker(companyRules), events: 0, packets: 0 };
    const parser = follow(side);
    const spent = await spentOn(async () => {
      for (const chunk of chunks) parser.push(chunk);
    });
    if (side.tracker.liveCalls().length > 0) throw new Error('a call that has ended is live');
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    return { ...spent, bytes, packets: side.packets, events: side.events };
  },
  /** The tracker alone: signals in, events out, in parts so that not all signals have to be kept. */
  track: async ({ calls, perSecond }: { readonly calls: number; readonly perSecond: number }): Promise<CpuSpent> => {
    const tracker = createTracker(companyRules);
    const reader = new EventReader();
    const packets: AmiPacket[] = [];
    const parser = parserTo((packet) => packets.push(packet));
    let micros = 0;
    for (const chunk of chunksOf(textsOf(packetsOf(calls, perSecond)))) {
      parser.push(chunk);
      const signals = packets.splice(0).flatMap((packet) => reader.read(packet, 0));
      const before = process.cpuUsage();
      for (const signal of signals) tracker.apply(signal);
      const { user, system } = process.cpuUsage(before);
      micros += user + system;
    }
    return { cpuMs: micros / 1_000 };
  },
  /** Memory that so many calls need which have been answered and go on. */
  live: (calls: number) => {
    const side: Side = { tracker: createTracker(companyRules), events: 0, packets: 0 };
    const parser = follow(side);
    const before = usedMb();
    let part: string[] = [];
    const flush = (): void => {
      for (const chunk of chunksOf(part)) parser.push(chunk);
      part = [];
    };
    for (const text of withoutEnds(packetsOf(calls, 1_000))) if (part.push(text) >= 1_000) flush();
    flush();
    const after = usedMb();
    const live = side.tracker.liveCalls();
    const answered = live.filter(({ call }) => call.answeredAt !== null).length;
    if (answered !== calls) throw new Error(`${answered} of ${live.length} live calls are answered, of ${calls}`);
    return after - before;
  },
};

export type CallMethods = typeof methods;
serve(methods);
