import type { NewEvent } from '../../../src/model/event.ts';
import type { CallWord } from '../words.ts';
import { callLives, type CallLife } from './call-lives.ts';
import { bandsOf, lanesOfThreads, type LaneGroup, type Thread } from './lane.ts';
import { legThreads } from './leg-threads.ts';
import { lookOfCall, type Look } from './looks.ts';
import { placesOf, type Place } from './places.ts';

export type { Band, Lane, LaneGroup, Thread } from './lane.ts';
export type { LookKind } from './looks.ts';

/** The calls of a story, each with its legs, and what else there is. */
export function laneGroups(events: readonly NewEvent[], callWord: CallWord): readonly LaneGroup[] {
  const lives = callLives(events);
  const places = placesOf(events, lives);
  const calls = lives.map((life) => {
    const own = lanesOfThreads([callThread(life, places, callWord)]);
    return { lanes: [...own, ...lanesOfThreads(legThreads(events, lives, places, life.id))] };
  });
  return [...calls, { lanes: lanesOfThreads(besideThreads(events, places)) }].filter(({ lanes }) => lanes.length > 0);
}

function callThread(life: CallLife, places: readonly Place[], callWord: CallWord): Thread {
  const last = life.in(life.to);
  const lookIn = (row: number): Look | null => {
    const call = life.in(row);
    return call === null ? null : lookOfCall(call);
  };
  return {
    from: life.from,
    to: life.to,
    title: callWord(life.id),
    subtitle: last?.direction ?? '',
    bands: bandsOf(life, lookIn),
    marks: rowsWhere(places, (place) => place.of === 'call' && place.id === life.id),
    ended: life.mergedInto === null ? (last?.outcome ?? null) : `in ${callWord(life.mergedInto)}`,
  };
}

const rowsWhere = (places: readonly Place[], fits: (place: Place) => boolean): readonly number[] =>
  [...places.entries()].flatMap(([row, place]) => (fits(place) ? [row] : []));

const meets: Look = { kind: 'talks', word: 'in use' };

/** What is about no call: a line for each family of event types. A room is in use from its first to its last event. */
function besideThreads(events: readonly NewEvent[], places: readonly Place[]): readonly Thread[] {
  const families = new Set(places.flatMap((place) => (place.of === 'beside' ? [place.family] : [])));
  return [...families].map((family) => {
    const marks = rowsWhere(places, (place) => place.of === 'beside' && place.family === family);
    const span = { from: marks[0] ?? 0, to: marks.at(-1) ?? 0 };
    const bands = family === 'conference' ? bandsOf(span, () => meets) : [];
    return { ...span, title: titleOf(family, events[span.from]), subtitle: '', bands, marks, ended: null };
  });
}

function titleOf(family: string, first: NewEvent | undefined): string {
  const room = first?.data['conference'];
  return family === 'conference' && typeof room === 'string' ? `room ${room}` : family;
}
