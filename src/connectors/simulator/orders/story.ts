/** What happens to a call that software ordered, or sends on: everybody there is picks up, after a while. */
import type { CallOrder, Destination } from '../../../calls/commands.ts';
import type { Party } from '../../../model/call.ts';
import { callerKey } from '../call-state.ts';
import { type Colleague, colleagues, inside, trunk } from '../company.ts';
import { Scene } from '../scene.ts';
import type { Device, Step, Story } from '../step.ts';

const normalEnd = 16;
const noSuchNumber = 1;
const rings = 600;
const picksUp = 4_000;
const talks = 60_000;
const clearsUp = 500;

const colleagueAt = ({ number }: Destination): Colleague | undefined =>
  colleagues.find(({ extension }) => extension === number);

const isThere = (end: Destination): boolean => end.kind === 'outside' || colleagueAt(end) !== undefined;

function partyAt(end: Destination): Party {
  const colleague = colleagueAt(end);
  if (colleague) return inside(colleague);
  const { kind, number } = end;
  return { number, raw: number, name: null, kind: kind === 'extension' ? 'internal' : 'external' };
}

function deviceAt(end: Destination, key: string): Device {
  const { number, name } = partyAt(end);
  return { key, extension: end.kind === 'extension' ? end.number : null, number, name };
}

export function storyOf({ from, to, first, origin }: CallOrder, speed: number): Story {
  const [one, other] = first === 'from' ? [from, to] : [to, from];
  const goesOut = from.kind === 'outside' || to.kind === 'outside';
  const scene = new Scene(speed).now({
    kind: 'begin',
    direction: goesOut ? 'outbound' : 'internal',
    from: partyAt(from),
    to: partyAt(to),
    did: null,
    trunk: goesOut ? trunk : null,
    origin,
    caller: deviceAt(one, callerKey),
  });
  if (!isThere(one)) return ends(scene.wait(rings), 'unreachable');
  scene.wait(rings).now({ kind: 'ring', key: callerKey }).wait(picksUp);
  return called(scene, deviceAt(other, 'second'), isThere(other));
}

function called(scene: Scene, device: Device, isThere: boolean): Story {
  scene.now({ kind: 'dial', device }).wait(rings);
  if (!isThere) {
    const refused: Step = { kind: 'leave', key: device.key, outcome: 'invalid', cause: noSuchNumber };
    return ends(scene.now(refused).wait(clearsUp), 'invalid');
  }
  scene.now({ kind: 'ring', key: device.key }).wait(picksUp).now({ kind: 'answer', key: device.key });
  return ends(scene.wait(talks), 'answered');
}

function ends(scene: Scene, outcome: 'answered' | 'invalid' | 'unreachable'): Story {
  const hungUpBy = outcome === 'answered' ? 'callee' : 'system';
  return scene.now({ kind: 'end', outcome, hungUpBy }).wait(clearsUp).now({ kind: 'close' }).story;
}

/** Everybody leaves now. @param wasAnswered somebody had picked up, who talked to somebody */
export function hangUpStory(wasAnswered: boolean, speed: number): Story {
  const end: Step = { kind: 'end', outcome: wasAnswered ? 'answered' : 'cancelled', hungUpBy: 'system' };
  return new Scene(speed).now(end).wait(clearsUp).now({ kind: 'close' }).story;
}

/** Who sends a call on: the key of their leg, and their extension. */
export interface Transferer {
  readonly key: string;
  readonly by: string;
}

/** The transferer leaves, and the target is called for the others, as a leg of that key. */
export function transferStory({ key, by }: Transferer, to: Destination, target: string, speed: number): Story {
  const device = deviceAt(to, target);
  const scene = new Scene(speed)
    .now({ kind: 'transfer.start', transfer: { kind: 'blind', by, target: to.number }, consultation: null })
    .now({ kind: 'leave', key, outcome: 'transferred', cause: normalEnd })
    .wait(rings)
    .now({ kind: 'dial', device, transferred: true })
    .wait(rings);
  if (!isThere(to)) {
    scene.now({ kind: 'leave', key: device.key, outcome: 'invalid', cause: noSuchNumber });
    return ends(scene.now({ kind: 'transfer.fail', reason: 'invalid' }).wait(clearsUp), 'answered');
  }
  scene.now({ kind: 'ring', key: device.key }).wait(picksUp).now({ kind: 'answer', key: device.key });
  return scene.now({ kind: 'transfer.complete', by: key, device: null }).story;
}
