import type { NewEvent } from '../../model/event.ts';
import { bodyText } from '../../model/event-text.ts';
import type { AppendInput } from './event-write-jobs.ts';

export interface EncodedEvents {
  readonly input: Pick<AppendInput, 'names' | 'places' | 'texts'>;
  /** Characters of JSON and ids in all. */
  readonly characters: number;
}

/**
 * Events as the writer thread takes them: a few flat arrays, whatever the number of events, since copying objects
 * between threads costs more than making their JSON.
 */
export function encodeEvents(events: readonly NewEvent[]): EncodedEvents {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  };
  const refs: number[] = [];
  const texts: string[] = [];
  let characters = 0;
  for (const event of events) {
    const body = bodyText(event);
    refs.push(placeOf(event.connector), placeOf(event.domain));
    texts.push(event.id, body);
    characters += event.id.length + body.length;
  }
  return { input: { names: [...places.keys()], places: refs, texts }, characters };
}
