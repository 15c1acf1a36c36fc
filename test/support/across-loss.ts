/** Calls over a lost connection, and over a restart of Offhook: what happens meanwhile is not heard, and the next picture shows what there is. */
import assert from 'node:assert/strict';
import type { ParkedHere, QueueAgent, Signal, Waiting } from '../../src/calls/signal.ts';
import { createTracker, type TrackerRules } from '../../src/calls/tracker/index.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { checkAllOver, checkInvariants } from './call-invariants.ts';
import type { PbxScript } from './pbx-script.ts';
import { openCallsOf, testRules } from './tracker-run.ts';

export interface Here {
  readonly waiting?: readonly Waiting[];
  readonly agents?: readonly QueueAgent[];
  readonly parked?: readonly ParkedHere[];
  /** Bridges that are rooms, and their names. */
  readonly rooms?: Readonly<Record<string, string>>;
}

/** What the PBX lists now. */
export function picture(script: PbxScript, { waiting = [], agents, parked = [], rooms = {} }: Here): PbxScript {
  script.resync();
  const drawn = script.signals.pop() as Extract<Signal, { kind: 'resync' }>;
  const bridges = drawn.bridges.map((bridge) => {
    const name = rooms[bridge.id];
    return name === undefined ? bridge : { ...bridge, room: true, name };
  });
  script.signals.push({ ...drawn, bridges, waiting, parked, ...(agents && { agents }) });
  return script;
}

export const hows = ['connection', 'restart'] as const;

/** Follows `before`, hears nothing of `away`, and follows what comes `after` it; by the same tracker, or by one that is new. */
export function across(
  how: (typeof hows)[number],
  before: PbxScript,
  away: (script: PbxScript) => unknown,
  after: (script: PbxScript) => unknown,
  rules: TrackerRules = testRules,
): { readonly first: NewEvent[]; readonly second: NewEvent[] } {
  const tracker = createTracker(rules);
  const first = before.signals.flatMap((signal) => tracker.apply(signal));
  const now = how === 'connection' ? tracker : createTracker(rules);
  if (how === 'restart') now.restore(openCallsOf(first));
  away(before.wait(1_000));
  const unheard = before.signals.length;
  after(before.wait(1_000));
  const second = before.signals.slice(unheard).flatMap((signal) => now.apply(signal));
  second.push(...now.tick(before.at + 60_000));
  checkAllOver(checkInvariants([...first, ...second]));
  assert.deepEqual(now.liveCalls(), []);
  return { first, second };
}
