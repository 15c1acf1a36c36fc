import { isDeepStrictEqual } from 'node:util';
import type { Event, NewEvent } from '../model/event.ts';

type Body = Omit<NewEvent, 'id' | 'connector' | 'domain'>;

/** JSON of all an event says but its id, connector and domain, and what the log adds: what two of one id must share. */
export function encodeBody(event: NewEvent): string {
  const body: Body = {
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

export function decodeBody(json: string): Body {
  return JSON.parse(json) as Body;
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
