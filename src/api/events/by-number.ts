/**
 * Events by a number: the journal knows the calls it took part in, and where their events are. So it costs as much as the
 * page, however large the log is. Calls come newest first, the events of each together; a page ends between two calls.
 */
import type { Event } from '../../model/event.ts';
import type { CallFilter } from '../../model/call-filter.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { Access } from '../../model/scope.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { CallJournal, CallPosition } from '../../records/call-journal.ts';
import { type EventQuery, matcher } from './search.ts';

/** Calls looked at for one page: some 0.3 ms each. */
const mostCalls = 200;

export interface NumberQuery extends Omit<EventQuery, 'before'> {
  readonly numbers: Pick<CallFilter, 'numbers' | 'prefix'>;
  readonly before: CallPosition | null;
}

export interface NumberFound {
  readonly events: readonly Event[];
  readonly next: CallPosition | null;
}

export async function eventsByNumber(
  { log, calls }: { readonly log: Pick<EventLog, 'get'>; readonly calls: Pick<CallJournal, 'search'> },
  access: Access,
  query: NumberQuery,
): Promise<NumberFound> {
  const { numbers, domain, extension, limit } = query;
  const filter = { ...numbers, ...(domain !== null && { domain }), ...(extension !== null && { extension }) };
  const wanted = matcher(access, { ...query, before: null });
  const found: Event[] = [];
  let before = query.before;
  for (let looked = 0; looked < mostCalls; looked++) {
    const page = await calls.search({ ...filter, access, limit: 1, ...(before && { before }) });
    const [call] = page.calls;
    const events = call ? (await eventsOf(log, call)).filter((event) => wanted(event) && isWithin(event, query)) : [];
    if (found.length > 0 && found.length + events.length > limit) return { events: found, next: before };
    found.push(...events.slice(0, limit));
    before = page.next;
    if (before === null) break;
  }
  return { events: found, next: before };
}

/** Newest first; those that retention took are left out. */
async function eventsOf(log: Pick<EventLog, 'get'>, { seqs }: CallRecord): Promise<Event[]> {
  const events = await log.get(seqs.toReversed());
  return events.filter((event) => event !== null);
}

function isWithin({ acceptedAt }: Event, { since, until }: Pick<EventQuery, 'since' | 'until'>): boolean {
  const at = Date.parse(acceptedAt);
  return (since === null || at >= since) && (until === null || at < until);
}
