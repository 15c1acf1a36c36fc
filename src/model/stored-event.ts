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

/** What is asked of a call and a leg most: found out once, while they are at hand. */
interface Subject {
  readonly callId: string | null;
  readonly callState: Call['state'] | null;
  readonly legId: string | null;
}

/** Where the first part of a body ends. Quotes within a JSON string are escaped, so it is found nowhere else. */
const callMark = ',"call":';
const noData = ',"data":{}}';
const idMark = '{"id":"';

export class StoredEvent implements Event {
  readonly id: string;
  /** Where it came to lie, and when: 0 and empty before it is stored. */
  seq: number;
  acceptedAt: string;
  readonly type: EventType;
  readonly time: string;
  readonly reseller: string;
  readonly domain: string;
  readonly user: string | null;
  readonly extension: string | null;
  readonly connector: string;
  readonly extensions: readonly string[];
  /** As `bodyText` wrote it. */
  readonly bodyText: string;
  #subject: Subject | null;
  #body: EventBody | null = null;
  /** See `orderKeyOf`; kept, since whoever follows calls asks too. */
  orderKey: string | null = null;

  private constructor(place: EventPlace, head: EventHead, text: string, subject: Subject | null) {
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
    this.bodyText = text;
    this.#subject = subject;
  }

  /** @param text as `bodyText` gave it when the event was stored */
  static read(place: EventPlace, text: string): StoredEvent {
    const head = JSON.parse(`${text.slice(0, text.indexOf(callMark))}}`) as EventHead;
    return new StoredEvent(place, head, text, null);
  }

  /**
   * An event that is about to be stored. Of what it is made from, it keeps no more than its first few fields.
   * @param text as `bodyText` gives it
   */
  static toStore(event: NewEvent, text: string): StoredEvent {
    const { id, domain, connector } = event;
    return new StoredEvent({ id, seq: 0, domain, connector, acceptedAt: '' }, event, text, subjectOf(event));
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
    if (this.#subject) return this.#subject.callId;
    const text = this.bodyText;
    const callAt = text.indexOf(callMark) + callMark.length;
    if (text.startsWith('null', callAt)) return null;
    if (text.startsWith(idMark, callAt)) {
      const from = callAt + idMark.length;
      const id = text.slice(from, text.indexOf('"', from));
      if (!id.includes('\\')) return id;
    }
    return this.call?.id ?? null;
  }

  get callState(): Call['state'] | null {
    return this.#readSubject().callState;
  }

  get legId(): string | null {
    return this.#readSubject().legId;
  }

  /** Whether it says anything beside call and leg: known without reading, since `data` stands last. */
  get hasData(): boolean {
    return !this.bodyText.endsWith(noData);
  }

  /** Without keeping the rest: who follows calls holds many events, and looks into few. */
  #readSubject(): Subject {
    this.#subject ??= subjectOf(this.peek());
    return this.#subject;
  }

  /** What the text says, without keeping it: what waits to be delivered stays as small as its text. */
  peek(): EventBody {
    return this.#body ?? (JSON.parse(this.bodyText) as EventBody);
  }

  /** The same event with another text: something was erased from it. */
  withText(text: string): StoredEvent {
    const { id, seq, domain, connector, acceptedAt } = this;
    return StoredEvent.read({ id, seq, domain, connector, acceptedAt }, text);
  }

  /** A plain object that says the same. */
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
    this.#body ??= JSON.parse(this.bodyText) as EventBody;
    return this.#body;
  }
}

const subjectOf = ({ call, leg }: Pick<NewEvent, 'call' | 'leg'>): Subject => ({
  callId: call?.id ?? null,
  callState: call?.state ?? null,
  legId: leg?.id ?? null,
});

/** The id of an event's call, null where it is about none. */
export function callIdOf(event: NewEvent): string | null {
  return event instanceof StoredEvent ? event.callId : (event.call?.id ?? null);
}

/** How an event's call stood, null where it is about none. */
export function callStateOf(event: NewEvent): Call['state'] | null {
  return event instanceof StoredEvent ? event.callState : (event.call?.state ?? null);
}

/** The id of an event's leg, null where it is about none. */
export function legIdOf(event: NewEvent): string | null {
  return event instanceof StoredEvent ? event.legId : (event.leg?.id ?? null);
}
