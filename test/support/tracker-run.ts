import type { NewEvent } from '../../src/model/event.ts';
import type { Leg } from '../../src/model/call.ts';
import { begunAfter } from '../../src/calls/begun.ts';
import type { OpenCall } from '../../src/calls/open-call.ts';
import type { Signal } from '../../src/calls/signal.ts';
import { createTracker, type TrackerRules } from '../../src/calls/tracker/index.ts';

export const testRules: TrackerRules = {
  connector: 'pbx1',
  reseller: 'default',
  domain: 'acme',
  country: 'US',
  trunks: ['PJSIP/trunk-*'],
  extensions: '^[1-9][0-9]{2,3}$',
};

/** All that the signals make known to a fresh tracker. */
export function track(signals: readonly Signal[], rules: TrackerRules = testRules): NewEvent[] {
  const tracker = createTracker(rules);
  return signals.flatMap((signal) => tracker.apply(signal));
}

/** Events in short: type and extension (`-` for an outside leg), and for an end its outcome. */
export function inShort(events: readonly NewEvent[]): string[] {
  return events.map((event) => {
    const who = event.type.startsWith('leg.') ? ` ${event.extension ?? '-'}` : '';
    const outcome = event.type.startsWith('leg.') ? event.leg?.outcome : event.call?.outcome;
    const ended = event.type === 'leg.ended' || event.type === 'call.ended';
    return `${event.type}${who}${ended ? ` ${outcome}` : ''}`;
  });
}

/** The last event of a type; fails the test when there is none. */
export function lastOf(events: readonly NewEvent[], type: NewEvent['type']): NewEvent {
  const event = events.findLast((candidate) => candidate.type === type);
  if (!event) throw new Error(`no ${type} among ${events.map((one) => one.type).join(', ')}`);
  return event;
}

/** What a reader of the events knows of the calls in progress: the last snapshot of each, and of each of its legs. */
export function openCallsOf(events: readonly NewEvent[]): OpenCall[] {
  const calls = new Map<string, { last: NewEvent; legs: Map<string, Leg>; begun: readonly NewEvent[] }>();
  for (const event of events) {
    if (!event.call) continue;
    const known = calls.get(event.call.id) ?? { last: event, legs: new Map<string, Leg>(), begun: [] };
    known.last = event;
    known.begun = begunAfter(known.begun, event);
    if (event.leg) known.legs.set(event.leg.id, event.leg);
    calls.set(event.call.id, known);
    const survivor = event.type === 'call.ended' ? calls.get(String(event.data['mergedInto'])) : undefined;
    for (const [id, leg] of known.legs) if (survivor && !survivor.legs.has(id)) survivor.legs.set(id, leg);
    if (survivor) survivor.begun = [...survivor.begun, ...known.begun];
  }
  return [...calls.values()].flatMap(({ last, legs, begun }) =>
    last.call && last.call.state !== 'ended'
      ? [{ call: last.call, legs: [...legs.values()], extensions: last.extensions, seenAt: last.time, begun }]
      : [],
  );
}
