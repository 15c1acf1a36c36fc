/**
 * Glossary (the same words as in the docs):
 *
 * - **call**: one conversation end to end; its id never changes. **leg**: one device's part in it.
 * - **event**: one immutable fact: id, sequence, type, time, scope, and a full snapshot of call and leg as they stood.
 * - **log**: the durable ordered record of all events. **sequence**: an event's place in it, never used twice.
 * - **subscription**: who wants which events, in which dialect, at which URL. **endpoint**: one receiver.
 * - **delivery**: one event for one subscription. **attempt**: one HTTP try. **outcome**: what became of it.
 * - **connector**: the code that listens to one PBX; an event's source.
 */

import type { Call, Leg } from './call.ts';
import type { EventType } from './event-types/names.ts';
import { callIdOf, StoredEvent } from './stored-event.ts';

/** An event as a source hands it over, complete but not yet in the log. */
export interface NewEvent {
  /** Unique per connector. Made from PBX facts, so that a second observer names the same fact alike. */
  readonly id: string;
  readonly type: EventType;
  /** When it happened, by the source's clock; RFC 3339 UTC with milliseconds. */
  readonly time: string;
  readonly reseller: string;
  readonly domain: string;
  readonly user: string | null;
  readonly extension: string | null;
  /** Which connector (or ingest token) it came from. Set by the server, never by the sender. */
  readonly connector: string;
  /** Every extension that took part so far: matching and access use them. */
  readonly extensions: readonly string[];
  readonly call: Call | null;
  readonly leg: Leg | null;
  /** What the type carries beyond call and leg; each type has a schema for it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event in the log. */
export interface Event extends NewEvent {
  readonly seq: number;
  /** When the log had it on stable storage, by the server's clock; expiry and idempotency count from here. */
  readonly acceptedAt: string;
}

/**
 * What must stay in order: events with the same key never overtake each other within a lane. A call's events share
 * one; an event of no call is ordered with others about the same message, chat, extension or connector.
 */
export function orderKeyOf(event: NewEvent): string {
  return event instanceof StoredEvent ? (event.orderKey ??= makeOrderKey(event)) : makeOrderKey(event);
}

const makeOrderKey = (event: NewEvent): string => `${event.domain}\u0000${callIdOf(event) ?? subjectOf(event)}`;

function subjectOf(event: NewEvent): string {
  for (const name of ['messageSessionId', 'chatId', 'messageId'] as const) {
    const value = event.data[name];
    if (typeof value === 'string') return `${name}:${value}`;
  }
  return `about:${event.extension ?? event.user ?? event.connector}`;
}
