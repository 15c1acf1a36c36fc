import type { NewEvent } from '../../model/event.ts';
import { bodyText } from '../../model/event-text.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import type { AppendInput } from './event-write-jobs.ts';

export interface EncodedEvents {
  readonly input: Pick<AppendInput, 'names' | 'places' | 'texts'>;
  /** As they will read in the log. They stand for those given, so that these can be let go of while the disk works. */
  readonly events: readonly StoredEvent[];
  /** Characters of JSON and ids in all. */
  readonly characters: number;
}

/**
 * Events as the writer thread takes them: a few flat arrays, whatever the number of events, since copying objects
 * between threads costs more than making their JSON.
 */
export function encodeEvents(given: readonly NewEvent[]): EncodedEvents {
  const names = new NamePlaces();
  const refs: number[] = [];
  const texts: string[] = [];
  const events: StoredEvent[] = [];
  let characters = 0;
  for (const event of given) {
    const body = bodyText(event);
    refs.push(names.of(event.connector), names.of(event.domain));
    texts.push(event.id, body);
    events.push(StoredEvent.toStore(event, body));
    characters += event.id.length + body.length;
  }
  return { input: { names: names.all, places: refs, texts }, events, characters };
}

/** Each name once. */
class NamePlaces {
  readonly all: string[] = [];
  readonly #places = new Map<string, number>();

  of(name: string): number {
    // Events that come together mostly name the same two.
    if (this.all[0] === name) return 0;
    if (this.all[1] === name) return 1;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.all.length);
    return this.all.push(name) - 1;
  }
}
