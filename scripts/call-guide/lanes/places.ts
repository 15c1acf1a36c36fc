import type { NewEvent } from '../../../src/model/event.ts';
import { goesOnAs, type CallLife } from './call-lives.ts';

/** What an event is about, and so on which line it is marked. */
export type Place =
  | { readonly of: 'call'; readonly id: string }
  | { readonly of: 'leg'; readonly id: string }
  | { readonly of: 'beside'; readonly family: string };

export function placesOf(events: readonly NewEvent[], lives: readonly CallLife[]): readonly Place[] {
  return events.map((event, row) => {
    const family = event.type.slice(0, event.type.indexOf('.'));
    if (event.call === null || family === 'conference') return { of: 'beside', family };
    // Told when the call is over: the leg's own line has ended long before.
    const isLegs = family === 'leg' && event.type !== 'leg.closed';
    if (isLegs && event.leg) return { of: 'leg', id: event.leg.id };
    const queue = family === 'queue' ? queueIn(events, lives, row) : null;
    return queue === null ? { of: 'call', id: event.call.id } : { of: 'leg', id: queue };
  });
}

/** The queue's own leg that an event of a queue is about: that of the same call that was told of last. */
function queueIn(events: readonly NewEvent[], lives: readonly CallLife[], row: number): string | null {
  const callOf = (event: NewEvent | undefined): string | undefined =>
    event?.call ? goesOnAs(lives, event.call.id, row)?.id : undefined;
  const shown = events.slice(0, row + 1).findLast((event) => {
    return event.leg?.role === 'queue' && callOf(event) === callOf(events[row]);
  });
  return shown?.leg?.id ?? null;
}
