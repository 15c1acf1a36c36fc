import type { Leg } from '../../../src/model/call.ts';
import type { NewEvent } from '../../../src/model/event.ts';
import { legName } from '../names.ts';
import { goesOnAs, type CallLife } from './call-lives.ts';
import { bandsOf, type Thread } from './lane.ts';
import { lookOfLeg } from './looks.ts';
import type { Place } from './places.ts';

interface Showing {
  readonly row: number;
  readonly leg: Leg;
  readonly callId: string;
}

const roles: Readonly<Record<Leg['role'], string>> = { caller: 'caller', callee: 'callee', queue: '', ivr: '' };

/** The legs that began in this call. */
export function legThreads(
  events: readonly NewEvent[],
  lives: readonly CallLife[],
  places: readonly Place[],
  callId: string,
): readonly Thread[] {
  const byLeg = new Map<string, Showing[]>();
  for (const [row, { leg, call }] of events.entries()) {
    if (leg && call) byLeg.set(leg.id, [...(byLeg.get(leg.id) ?? []), { row, leg, callId: call.id }]);
  }
  return [...byLeg.values()]
    .filter(([first]) => first?.callId === callId)
    .map((showings) => threadOf(events, lives, places, showings));
}

function threadOf(
  events: readonly NewEvent[],
  lives: readonly CallLife[],
  places: readonly Place[],
  showings: readonly Showing[],
): Thread {
  const shownIn = (row: number): Showing => (showings.findLast((one) => one.row <= row) ?? showings[0]) as Showing;
  const last = shownIn(events.length);
  const end = showings.find(({ row }) => events[row]?.type === 'leg.ended');
  const span = { from: beginning(events, showings), to: end?.row ?? events.length - 1 };
  const isLeaving = end?.leg.outcome === 'transferred';
  const lookIn = (row: number) => {
    const { row: shown, leg, callId } = shownIn(row);
    // Who leaves goes on as before, whatever the call becomes without it.
    const own = isLeaving ? lives.find(({ id }) => id === callId) : undefined;
    const life = own ?? goesOnAs(lives, callId, row);
    const call = life?.in(own ? Math.min(row, own.to - 1) : row) ?? null;
    if (!life || call === null) return null;
    const isLeft = !isLeaving && (leg.answeredAt ?? '') <= heldSince(events, life, row);
    return lookOfLeg(shown <= row ? leg : beforeItsEnd(leg), call, isLeft);
  };
  return {
    ...span,
    title: titleOf(last.leg),
    subtitle: roles[last.leg.role],
    bands: bandsOf(span, lookIn),
    marks: [...places.keys()].filter((row) => isAbout(places[row], last.leg)),
    ended: end?.leg.outcome ?? null,
  };
}

const isAbout = (place: Place | undefined, leg: Leg): boolean => place?.of === 'leg' && place.id === leg.id;

const titleOf = (leg: Leg): string => legName(leg).replace('a number outside', 'outside');

/** Of a queue, a menu, and a phone that was found talking only the end is told, with the time at which it began. */
function beginning(events: readonly NewEvent[], [first]: readonly Showing[]): number {
  if (!first) return 0;
  if (first.leg.state !== 'ended' && first.leg.role !== 'queue') return first.row;
  const { startedAt } = first.leg;
  const since = events.findIndex(({ call, time }) => call?.id === first.callId && time >= startedAt);
  return since < 0 ? first.row : Math.min(since, first.row);
}

/** When the hold began that the call is in; who was connected later is connected with the one who holds. */
function heldSince(events: readonly NewEvent[], life: CallLife, row: number): string {
  let first = row;
  while (first > life.from && life.in(first - 1)?.state === 'held') first--;
  return events[first]?.time ?? '';
}

const beforeItsEnd = (leg: Leg): Leg => ({ ...leg, state: leg.answeredAt === null ? 'dialing' : 'answered' });
