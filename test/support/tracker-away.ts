/** Follows a PBX around a time in which nobody listens to it. */
import { createTracker, type TrackerRules } from '../../src/calls/tracker/index.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { PbxScript } from './pbx-script.ts';
import { openCallsOf } from './tracker-run.ts';

/** Offhook is down meanwhile, or only its connection to the PBX. */
export const waysToBeAway = ['down', 'cut off'] as const;

export interface Around {
  readonly before: readonly NewEvent[];
  /** What the picture that was asked for afterwards makes known. */
  readonly found: readonly NewEvent[];
  readonly after: readonly NewEvent[];
}

type Steps = (script: PbxScript) => unknown;

export const awayMs = 60_000;

/** `script` is followed, then nobody hears of `meanwhile`, then comes a picture of all there is, and `after` is followed. */
export function around(
  script: PbxScript,
  how: (typeof waysToBeAway)[number],
  rules: TrackerRules,
  meanwhile: Steps,
  after: Steps = () => {},
): Around {
  const tracker = createTracker(rules);
  const hear = (steps: Steps): NewEvent[] => {
    const from = script.signals.length;
    steps(script);
    return script.signals.slice(from).flatMap((signal) => listening.apply(signal));
  };
  let listening = tracker;
  const before = script.signals.flatMap((signal) => tracker.apply(signal));
  const heard = script.signals.length;
  meanwhile(script.wait(awayMs));
  script.signals.splice(heard);
  if (how === 'down') {
    listening = createTracker(rules);
    listening.restore(openCallsOf(before));
  }
  const found = hear((on) => on.resync());
  return { before, found, after: hear(after) };
}
