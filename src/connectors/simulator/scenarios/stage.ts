import type { Party } from '../../../model/call.ts';
import type { CallOutcome } from '../../../model/outcome.ts';
import { did, inside, trunk, type Colleague } from '../company.ts';
import type { Desk } from '../desk.ts';
import type { Draw } from '../draw.ts';
import { Scene } from '../scene.ts';
import type { Device, Step } from '../step.ts';

/** What a story is written with. */
export interface Stage {
  readonly draw: Draw;
  readonly desk: Desk;
  /** When it begins, milliseconds. */
  readonly at: number;
  readonly speed: number;
  /** Ids of the story's calls. */
  callId(index: number): string;
}

export type Scenario = (stage: Stage) => Scene;

export const sceneOf = (stage: Stage): Scene => new Scene(stage.speed);

/** `round` sets apart several calls of one phone within a call. */
export const phone = ({ extension, name }: Colleague, round = 1): Device => ({
  key: round === 1 ? extension : `${extension}#${round}`,
  extension,
  number: extension,
  name,
});

export const line = (party: Party): Device => ({
  key: 'line',
  extension: null,
  number: party.number,
  name: party.name,
});

type Begin = Extract<Step, { kind: 'begin' }>;
const origin = { requestId: null, billingCode: null, buttonId: null, onBehalfOf: null };

export function fromOutside(from: Party, number: string): Begin {
  const to = did(number);
  const caller = { key: 'caller', extension: null, number: from.number, name: from.name };
  return {
    kind: 'begin',
    direction: 'inbound',
    from,
    to,
    did: number,
    trunk,
    origin: { ...origin, source: 'did' },
    caller,
  };
}

export function toOutside(from: Colleague, to: Party, changes: Partial<Begin['origin']> = {}): Begin {
  const source = { ...origin, source: 'extension' as const, ...changes };
  const called = { ...to, name: null };
  return {
    kind: 'begin',
    direction: 'outbound',
    from: inside(from),
    to: called,
    did: null,
    trunk,
    origin: source,
    caller: phone(from),
  };
}

export function betweenColleagues(from: Colleague, to: Colleague): Begin {
  const parties = { from: inside(from), to: inside(to), caller: phone(from) };
  return {
    kind: 'begin',
    direction: 'internal',
    ...parties,
    did: null,
    trunk: null,
    origin: { ...origin, source: 'extension' },
  };
}

/** A device is called and says that it rings. */
export function ring(scene: Scene, draw: Draw, device: Device, call = 0, transferred = false): Scene {
  scene.now({ kind: 'dial', device, ...(transferred && { transferred }) }, call);
  return scene.wait(draw.between(120, 600)).now({ kind: 'ring', key: device.key }, call);
}

const holdShare = 0.2;

/** Two people talk, and sometimes one puts the other on hold. */
export function talk(scene: Scene, draw: Draw, key: string, seconds: readonly [number, number]): Scene {
  scene.wait(draw.between(seconds[0], seconds[1]) * 1000);
  if (!draw.chance(holdShare)) return scene;
  scene.now({ kind: 'hold', key }).wait(draw.between(4, 25) * 1000);
  return scene.now({ kind: 'resume', key }).wait(draw.between(5, 30) * 1000);
}

const recordedShare = 0.35;

/** An answered call ends; its recording may follow before it is closed. */
export function farewell(scene: Scene, draw: Draw, recorded: Colleague | null): Scene {
  scene.now({ kind: 'end', outcome: 'answered', hungUpBy: draw.chance(0.5) ? 'caller' : 'callee' });
  if (recorded && draw.chance(recordedShare)) {
    scene.wait(draw.between(800, 3000)).now({ kind: 'recording', extension: recorded.extension });
  }
  return close(scene);
}

export function fail(scene: Scene, outcome: CallOutcome, hungUpBy: 'caller' | 'callee' | 'system'): Scene {
  return close(scene.now({ kind: 'end', outcome, hungUpBy }));
}

export const close = (scene: Scene, call = 0): Scene => scene.wait(500).now({ kind: 'close' }, call);
