/**
 * What filters read of an event. The first few fields are there; call, leg and data are read from the stored text when
 * a filter asks, once for all filters asked about the event, and not kept with it: thousands of events may be waiting.
 */
import type { Event } from '../../model/event.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import { fromJson, type Value } from './value.ts';

type Parts = Pick<Event, 'call' | 'leg' | 'data'>;

export class EventFields {
  #event: Event | null = null;
  #parts: Parts | null = null;

  partsOf(event: Event): Parts {
    if (!(event instanceof StoredEvent)) return event;
    if (this.#event !== event || !this.#parts) {
      this.#parts = event.peek();
      this.#event = event;
    }
    return this.#parts;
  }
}

export type ReadField = (event: Event, fields: EventFields) => Value;

/** The variables of a filter, by name. */
export const eventVariables: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ['id', (event) => event.id],
  ['seq', (event) => fromJson(event.seq)],
  ['type', (event) => event.type],
  ['time', (event) => event.time],
  ['reseller', (event) => event.reseller],
  ['domain', (event) => event.domain],
  ['user', (event) => event.user],
  ['extension', (event) => event.extension],
  ['connector', (event) => event.connector],
  ['extensions', (event) => event.extensions],
  ['acceptedAt', (event) => event.acceptedAt],
  ['call', (event, fields) => fields.partsOf(event).call],
  ['leg', (event, fields) => fields.partsOf(event).leg],
  ['data', (event, fields) => fields.partsOf(event).data],
]);
