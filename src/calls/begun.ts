/**
 * What has begun in a call and not ended: a stay in a menu, in a queue and the agents that ring for it, one in a parking slot, in
 * a room; a transfer; a leg that another phone sent the call on to. The call's snapshot does not say all of it, so whoever takes
 * up the call after a restart is given the events that began it. A menu has no word for its beginning: it is what first shows
 * the call in it.
 */
import type { NewEvent } from '../model/event.ts';

type Type = NewEvent['type'];

const offered: Type = 'queue.agent_ringing';
/** What an event ends. */
const endedBy: Readonly<Record<string, readonly Type[]>> = {
  'queue.left': ['queue.joined'],
  'queue.agent_missed': [offered],
  'queue.answered': [offered],
  'park.retrieved': ['park.parked'],
  'park.timed_out': ['park.parked'],
  'park.abandoned': ['park.parked'],
  'conference.left': ['conference.joined'],
  'transfer.completed': ['transfer.started'],
  'transfer.failed': ['transfer.started'],
};
const beginnings: ReadonlySet<string> = new Set(Object.values(endedBy).flat());

/** Kept per call, and as many agents that ring; of more the oldest are forgotten. */
const mostBegun = 100;

/** The events that began what has not ended, after one more event of the call; the same list where that changes nothing. */
export function begunAfter<Told extends NewEvent>(begun: readonly Told[], event: Told): readonly Told[] {
  if (beginsMenu(event)) return menuIn(begun, event.call?.answeredBy?.extension) ? begun : [...begun, event];
  if (event.type === 'leg.ended' && event.leg?.role === 'ivr') {
    const menu = menuIn(begun, event.leg.extension);
    return menu ? begun.filter((one) => one !== menu) : begun;
  }
  if (event.type === 'leg.ended') return withoutLeg(begun, event);
  if (beginsForwarded(event)) return withoutOldest([...begun, event], false);
  if (beginnings.has(event.type)) return withoutOldest([...begun, event], event.type === offered);
  const ended = endedBy[event.type];
  const index = ended === undefined ? -1 : begun.findIndex((one) => ended.includes(one.type) && isAbout(one, event));
  if (index < 0) return begun;
  const others = begun.toSpliced(index, 1);
  return event.type === 'queue.left' ? withoutOffers(others, event.data['queue']) : others;
}

/** It shows that a menu has the call now. */
export const beginsMenu = ({ type, call, data }: NewEvent): boolean =>
  call?.answeredBy?.kind === 'ivr' &&
  call.state === 'answered' &&
  (type === 'call.started' || (type === 'call.updated' && showsChangeOf(data, 'call.state', 'call.answeredBy')));

/** The leg's phone was called because another's sent the call on: nothing that is told of the leg later says whose. */
export const beginsForwarded = ({ type, leg, data }: NewEvent): boolean =>
  leg !== null && (type === 'leg.dial_in' || type === 'leg.dial_out') && data['forwardedFrom'] !== undefined;

/** What rang at it, and who sent the call on to it, are over with the leg. */
function withoutLeg<Told extends NewEvent>(begun: readonly Told[], { leg }: Told): readonly Told[] {
  const isOfLeg = (one: Told): boolean => one.leg?.id === leg?.id && (one.type === offered || beginsForwarded(one));
  return begun.some(isOfLeg) ? begun.filter((one) => !isOfLeg(one)) : begun;
}

const menuIn = <Told extends NewEvent>(begun: readonly Told[], extension: string | null | undefined) =>
  begun.find((one) => beginsMenu(one) && one.call?.answeredBy?.extension === extension);

const showsChangeOf = ({ changed }: NewEvent['data'], ...fields: readonly string[]): boolean =>
  Array.isArray(changed) && fields.some((field) => changed.includes(field));

/** Agents that ring are counted apart: however many they are, where the caller is stays known. */
function withoutOldest<Told extends NewEvent>(begun: readonly Told[], countsOffers: boolean): readonly Told[] {
  const counted = begun.filter(({ type }) => (type === offered) === countsOffers);
  const [oldest] = counted;
  return counted.length <= mostBegun ? begun : begun.filter((one) => one !== oldest);
}

/** Nobody rings for who has left a queue, unless another of the call waits there. */
function withoutOffers<Told extends NewEvent>(begun: readonly Told[], queue: unknown): readonly Told[] {
  const isOfQueue = ({ data }: Told): boolean => data['queue'] === queue;
  if (begun.some((one) => one.type === 'queue.joined' && isOfQueue(one))) return begun;
  return begun.filter((one) => one.type !== offered || !isOfQueue(one));
}

const isAbout = (one: NewEvent, other: NewEvent): boolean =>
  one.leg?.id === other.leg?.id &&
  ['queue', 'lot', 'slot', 'conferenceId', 'transferId'].every((name) => one.data[name] === other.data[name]);
