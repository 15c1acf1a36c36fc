import { isDeepStrictEqual } from 'node:util';
import type { Event, NewEvent } from '../model/event.ts';
import type { EventBody } from '../model/stored-event.ts';

export function decodeBody(json: string): EventBody {
  return JSON.parse(json) as EventBody;
}

/** The event as it reads in the log: always the same order of properties, whoever made it. */
export function inLog(event: NewEvent, seq: number, acceptedAt: string): Event {
  return {
    id: event.id,
    seq,
    type: event.type,
    time: event.time,
    reseller: event.reseller,
    domain: event.domain,
    user: event.user,
    extension: event.extension,
    connector: event.connector,
    extensions: event.extensions,
    acceptedAt,
    call: event.call,
    leg: event.leg,
    data: event.data,
  };
}

/**
 * Whether two bodies say the same, given as JSON text. The text is nearly always equal, so only a difference is looked
 * at closely: the order of properties says nothing.
 */
export function sameBody(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
}
