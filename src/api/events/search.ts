/**
 * Search over the log, newest first. The log reads forwards only, so pages are read window by window from the newest
 * back; a request looks at a bounded number of events and hands out a cursor where it stopped.
 */
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import { StoredEvent } from '../../model/stored-event.ts';
import type { Access } from '../../model/scope.ts';
import { beneathHole } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import { lastAcceptedBefore } from '../../log/find-by-time.ts';
import { domainsOf, eventVisible } from '../auth/visible.ts';

export interface EventQuery {
  readonly types: readonly EventType[] | null;
  readonly domain: string | null;
  readonly call: string | null;
  readonly extension: string | null;
  readonly connector: string | null;
  /** Milliseconds, by when Offhook accepted the event; that grows along the log. */
  readonly since: number | null;
  readonly until: number | null;
  /** Only events with a lower sequence than this. */
  readonly before: number | null;
  readonly limit: number;
}

export interface EventsFound {
  readonly events: readonly Event[];
  /** Search goes on below this sequence; null: all was looked at. */
  readonly next: number | null;
}

/** Looked at between two turns of the event loop: about 1 ms, since only the first few fields of each are read. */
const windowSize = 250;
/** Most events one request looks at: some 25 ms of processor time. */
const longestScan = 8_000;

type Log = Pick<EventLog, 'read' | 'get' | 'head' | 'floor' | 'holes'>;

export async function searchEvents(log: Log, access: Access, query: EventQuery): Promise<EventsFound> {
  let upTo = Math.min(log.head(), (query.before ?? Number.MAX_SAFE_INTEGER) - 1);
  if (query.until !== null) upTo = Math.min(upTo, await lastAcceptedBefore(log, query.until, upTo));
  upTo = beneathHole(log, upTo);
  const stopBelow = Math.max(log.floor(), upTo - longestScan);
  const wanted = matcher(access, query);
  const found: Event[] = [];
  while (upTo > stopBelow) {
    const after = Math.max(stopBelow, upTo - windowSize);
    const events = await readWindow(log, access, query, after, upTo);
    for (let index = events.length - 1; index >= 0; index--) {
      const event = events[index] as Event;
      if (query.since !== null && Date.parse(event.acceptedAt) < query.since) return { events: found, next: null };
      if (wanted(event)) found.push(plain(event));
      if (found.length === query.limit) return { events: found, next: event.seq - 1 > log.floor() ? event.seq : null };
    }
    upTo = beneathHole(log, after);
  }
  return { events: found, next: upTo > log.floor() ? upTo + 1 : null };
}

/** All events of (after, upTo]: a driver may end a page early, at a number of bytes. */
async function readWindow(log: Log, access: Access, query: EventQuery, after: number, upTo: number): Promise<Event[]> {
  const domains = query.domain === null ? domainsOf(access) : [query.domain];
  const events: Event[] = [];
  let from = after;
  while (from < upTo) {
    const page = await log.read({ after: from, upTo, limit: windowSize, sparing: true, ...(domains && { domains }) });
    events.push(...page.events);
    if (page.scannedTo <= from) break;
    from = page.scannedTo;
  }
  return events;
}

const plain = (event: Event): Event => (event instanceof StoredEvent ? event.toJSON() : event);

const callIdOf = (event: Event): string | null =>
  event instanceof StoredEvent ? event.callId : (event.call?.id ?? null);

export function matcher(access: Access, query: EventQuery): (event: Event) => boolean {
  const types = query.types === null ? null : new Set(query.types);
  return (event) =>
    eventVisible(access, event) &&
    (types === null || types.has(event.type)) &&
    (query.domain === null || event.domain === query.domain) &&
    (query.call === null || callIdOf(event) === query.call) &&
    (query.connector === null || event.connector === query.connector) &&
    (query.extension === null || event.extension === query.extension || event.extensions.includes(query.extension));
}
