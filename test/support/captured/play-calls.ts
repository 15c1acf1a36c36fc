/** Many calls at once, as a busy PBX tells them: one begins after the other, and what is said of them is mixed. */
import { readFileSync } from 'node:fs';
import { Heap } from '../../../src/kit/heap.ts';
import { CapturedCall, type PlayedPacket } from './captured-call.ts';

const folder = new URL('../../fixtures/asterisk/', import.meta.url);

/** The recordings of those names. */
export function readCaptures(names: readonly string[]): readonly CapturedCall[] {
  return names.map((name) => CapturedCall.read(readFileSync(new URL(`${name}.ami`, folder))));
}

export interface Play {
  /** Calls that begin in a second, at even distances. */
  readonly perSecond: number;
  readonly count: number;
  /** When the first one begins, milliseconds. */
  readonly startedAt: number;
  /** Serial of the first one; the others follow. */
  readonly firstSerial: number;
}

interface Playing {
  readonly packets: readonly PlayedPacket[];
  next: number;
}

const nextOf = ({ packets, next }: Playing): PlayedPacket => packets[next] as PlayedPacket;

/** The packets of all calls in the order of their times; the recordings take turns. */
export function* playCalls(captures: readonly CapturedCall[], play: Play): Generator<PlayedPacket> {
  const { perSecond, count, startedAt, firstSerial } = play;
  const playing = new Heap<Playing>((one, two) => nextOf(one).at < nextOf(two).at);
  const beginsAt = (index: number): number => startedAt + (index * 1_000) / perSecond;
  let begun = 0;
  for (;;) {
    const first = playing.peek();
    if (begun < count && (first === undefined || beginsAt(begun) <= nextOf(first).at)) {
      const capture = captures[begun % captures.length];
      if (capture) playing.push({ packets: capture.play(firstSerial + begun, beginsAt(begun)), next: 0 });
      begun++;
      continue;
    }
    const call = playing.pop();
    if (call === undefined) return;
    yield nextOf(call);
    call.next++;
    if (call.next < call.packets.length) playing.push(call);
  }
}
