/** Plays signals about people to a fresh tracker, a second apart. */
import type { OpenCall } from '../../src/calls/open-call.ts';
import { createPeopleTracker, type PeopleSignal } from '../../src/calls/people/index.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { testRules } from './tracker-run.ts';

type Body = PeopleSignal extends infer One ? (One extends PeopleSignal ? Omit<One, 'at'> : never) : never;

export const peopleStart = Date.UTC(2026, 10, 21, 9, 30, 0);

export interface PeopleRun {
  /** What the signals make known. */
  say(...signals: readonly Body[]): NewEvent[];
}

export function followPeople(
  known: readonly NewEvent[] = [],
  callOf: (channelId: string) => OpenCall | null = () => null,
): PeopleRun {
  const tracker = createPeopleTracker(testRules, callOf);
  tracker.restore(known);
  let at = peopleStart;
  return { say: (...signals) => signals.flatMap((signal) => tracker.apply({ ...signal, at: (at += 1_000) })) };
}

/** Of each event its type, its extension, and these fields of its data. */
export const told = (events: readonly NewEvent[], ...fields: readonly string[]): unknown[][] =>
  events.map(({ type, extension, data }) => [type, extension, ...fields.map((field) => data[field])]);

/** Only the events of this type. */
export const only = (events: readonly NewEvent[], type: string): NewEvent[] =>
  events.filter((event) => event.type === type);
