/**
 * Events by what the journal knows of their calls: a number that took part, how the call ended. So it costs as much as
 * the page, however large the log is.
 */
import type { CallFilter } from '../../model/call-filter.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { Event } from '../../model/event.ts';
import type { Access } from '../../model/scope.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { CallJournal } from '../../records/call-journal.ts';
import { type CallsPlace, pageThroughCalls } from '../calls/through-calls.ts';
import { type EventQuery, matcher } from './search.ts';

const eventsAtOnce = 50;

export interface CallEventsQuery extends Omit<EventQuery, 'before'> {
  readonly filter: Pick<CallFilter, 'numbers' | 'prefix' | 'outcome'>;
  readonly before: CallsPlace | null;
}

export function eventsOfCalls(
  { log, calls }: { readonly log: Pick<EventLog, 'get'>; readonly calls: Pick<CallJournal, 'search'> },
  access: Access,
  query: CallEventsQuery,
): Promise<{ readonly items: readonly Event[]; readonly next: CallsPlace | null }> {
  const { filter, domain, extension, limit, before } = query;
  const isWanted = matcher(access, { ...query, before: null });
  const wanted = (event: Event | null): event is Event => event !== null && isWanted(event) && isWithin(event, query);
  return pageThroughCalls<Event>({
    calls,
    query: { ...filter, access, ...(domain !== null && { domain }), ...(extension !== null && { extension }) },
    itemsOf: (call, below, most) => eventsOf(log, call, below, most, wanted),
    placeOf: ({ seq }) => seq,
    before,
    limit,
  });
}

/** Newest first; those that retention took are left out. */
async function eventsOf(
  log: Pick<EventLog, 'get'>,
  call: CallRecord,
  below: number | null,
  most: number,
  wanted: (event: Event | null) => event is Event,
): Promise<Event[]> {
  const seqs = call.seqs.filter((seq) => below === null || seq < below).toReversed();
  const found: Event[] = [];
  for (let at = 0; at < seqs.length && found.length < most; at += eventsAtOnce) {
    found.push(...(await log.get(seqs.slice(at, at + eventsAtOnce))).filter(wanted));
  }
  return found.slice(0, most);
}

function isWithin({ acceptedAt }: Event, { since, until }: Pick<EventQuery, 'since' | 'until'>): boolean {
  const at = Date.parse(acceptedAt);
  return (since === null || at >= since) && (until === null || at < until);
}
