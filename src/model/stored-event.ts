/**
 * An event as it lies in the log, read no further than needed. Deciding who wants it and in which order takes its first
 * few fields; a receiver mostly gets its text as it is. Reading call, leg and data takes several times as long as all
 * that, so they are read when somebody asks for them.
 */
import type { Call, Leg } from './call.ts';
import type { Event, NewEvent } from './event.ts';
import type { EventType } from './event-types/index.ts';

/** All an event says but its id, connector and domain, and what the log adds: what is stored as one JSON text. */
export type EventBody = Omit<NewEvent, 'id' | 'connector' | 'domain'>;
type EventHead = Omit<EventBody, 'call' | 'leg' | 'data'>;

export interface EventPlace {
  readonly id: string;
  readonly seq: number;
  readonly domain: string;
  readonly connector: string;
  readonly acceptedAt: string;
}

/** Where the first part of a body ends. Quotes within a JSON string are escaped, so it is found nowhere else. */
const callMark = ',"call":';
const idMark = '{"id":"';

export class StoredEvent implements Event {
  readonly id: string;
  readonly seq: number;
  readonly type: EventType;
  readonly time: string;
  readonly reseller: string;
  readonly domain: string;
  readonly user: string | null;
  readonly extension: string | null;
  readonly connector: string;
  readonly extensions: readonly string[];
  readonly acceptedAt: string;
  /** As `bodyText` wrote it. */
  readonly #text: string;
  readonly #callAt: number;
  #body: EventBody | null = null;

  constructor(place: EventPlace, text: string) {
    const end = text.indexOf(callMark);
    const head = JSON.parse(`${text.slice(0, end)}}`) as EventHead;
    this.id = place.id;
    this.seq = place.seq;
    this.type = head.type;
    this.time = head.time;
    this.reseller = head.reseller;
    this.domain = place.domain;
    this.user = head.user;
    this.extension = head.extension;
    this.connector = place.connector;
    this.extensions = head.extensions;
    this.acceptedAt = place.acceptedAt;
    this.#text = text;
    this.#callAt = end + callMark.length;
  }

  get bodyText(): string {
    return this.#text;
  }

  get call(): Call | null {
    return this.#read().call;
  }

  get leg(): Leg | null {
    return this.#read().leg;
  }

  get data(): Readonly<Record<string, unknown>> {
    return this.#read().data;
  }

  /** The call's id, found without reading the call where it stands first in it, as it does when we wrote it. */
  get callId(): string | null {
    if (this.#text.startsWith('null', this.#callAt)) return null;
    if (this.#text.startsWith(idMark, this.#callAt)) {
      const from = this.#callAt + idMark.length;
      const id = this.#text.slice(from, this.#text.indexOf('"', from));
      if (!id.includes('\\')) return id;
    }
    return this.call?.id ?? null;
  }

  toJSON(): Event {
    const { id, seq, type, time, reseller, domain, user, extension, connector, extensions, acceptedAt } = this;
    const { call, leg, data } = this.#read();
    return {
      id,
      seq,
      type,
      time,
      reseller,
      domain,
      user,
      extension,
      connector,
      extensions,
      acceptedAt,
      call,
      leg,
      data,
    };
  }

  #read(): EventBody {
    this.#body ??= JSON.parse(this.#text) as EventBody;
    return this.#body;
  }
}

/** The id of an event's call, null where it is about none. */
export function callIdOf(event: NewEvent): string | null {
  return event instanceof StoredEvent ? event.callId : (event.call?.id ?? null);
}
