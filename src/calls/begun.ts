/**
 * What has begun in a call and not ended: a stay in a queue, in a parking slot, in a room. The call's snapshot does not say
 * all of it, so whoever takes up the call after a restart is given the events that began it.
 */
import type { NewEvent } from '../model/event.ts';

const beganBy: Readonly<Record<string, NewEvent['type']>> = {
  'queue.left': 'queue.joined',
  'park.retrieved': 'park.parked',
  'park.timed_out': 'park.parked',
  'park.abandoned': 'park.parked',
  'conference.left': 'conference.joined',
};
const beginnings: ReadonlySet<string> = new Set(Object.values(beganBy));

/** Kept per call; of more the oldest are forgotten. */
const mostBegun = 100;

/** The events that began what has not ended, after one more event of the call; the same list where that changes nothing. */
export function begunAfter<Told extends NewEvent>(begun: readonly Told[], event: Told): readonly Told[] {
  if (beginnings.has(event.type)) return [...begun, event].slice(-mostBegun);
  const began = beganBy[event.type];
  const index = began === undefined ? -1 : begun.findIndex((one) => one.type === began && isAbout(one, event));
  return index < 0 ? begun : begun.toSpliced(index, 1);
}

const isAbout = (one: NewEvent, other: NewEvent): boolean =>
  one.leg?.id === other.leg?.id &&
  ['queue', 'lot', 'slot', 'conferenceId'].every((name) => one.data[name] === other.data[name]);
