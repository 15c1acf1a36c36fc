/**
 * An event as JSON text, made as seldom as possible: most of it is written once, when the event is stored, and used
 * again for every receiver. Making it anew costs several times as much as finding it here.
 */
import { jsonString } from '../kit/json-string.ts';
import type { Event, NewEvent } from './event.ts';
import { type EventBody, StoredEvent } from './stored-event.ts';

/** Texts of events that came from the log; they go with their events. */
const known = new WeakMap<Event, string>();

/** JSON of all an event says but its id, connector and domain, and what the log adds. */
export function bodyText(event: NewEvent): string {
  const body: EventBody = {
    type: event.type,
    time: event.time,
    reseller: event.reseller,
    user: event.user,
    extension: event.extension,
    extensions: event.extensions,
    call: event.call,
    leg: event.leg,
    data: event.data,
  };
  return JSON.stringify(body);
}

/** @param body as `bodyText` gives it for this very event, which nobody may change afterwards */
export function rememberBodyText(event: Event, body: string): Event {
  known.set(event, body);
  return event;
}

/**
 * The whole event in two pieces, always with its properties in the same order, so that a repeated request is the same
 * to the byte. The second is large and mostly there already.
 */
export function eventPieces(event: Event): [head: string, rest: string] {
  const { id, seq, domain, connector, acceptedAt } = event;
  const head = `{"id":${jsonString(id)},"seq":${seq},"domain":${jsonString(domain)}`;
  const body = event instanceof StoredEvent ? event.bodyText : (known.get(event) ?? bodyText(event));
  return [`${head},"connector":${jsonString(connector)},"acceptedAt":"${acceptedAt}",`, body.slice(1)];
}

export const eventText = (event: Event): string => eventPieces(event).join('');

/** About how many characters of JSON the event has; found, not made, for events that came from the log. */
export function textSize(event: Event): number {
  return event instanceof StoredEvent ? event.bodyText.length : (known.get(event) ?? bodyText(event)).length;
}
