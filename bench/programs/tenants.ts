/** What the filters and templates of tenants cost an event, usual ones and the dearest that were found. */
import { findDialect } from '../../src/dialects/registry.ts';
import type { Event } from '../../src/model/event.ts';
import { bodyText } from '../../src/model/event-text.ts';
import { StoredEvent } from '../../src/model/stored-event.ts';
import { createFilters } from '../../src/subscriptions/filter/index.ts';
import { callEvents } from '../support/events.ts';
import { serve, spentOn } from '../support/serve.ts';
import { noContext } from '../../test/support/encode-context.ts';

const filters = createFilters();
const list = Array.from({ length: 20_000 }, (_, index) => index);

/** As they come from the log: nothing of call, leg and data is read yet. */
function storedEvents(count: number, data: Record<string, unknown> | null): Event[] {
  return [...callEvents(count, 100)].map((event, index) => {
    const { id, domain, connector, time } = event;
    const text = bodyText(data ? { ...event, data } : event);
    return StoredEvent.read({ id, seq: index + 1, domain, connector, acceptedAt: time }, text);
  });
}

interface Asked {
  readonly events: number;
  /** With a list of 20,000 numbers in the event, which is read before. */
  readonly large: boolean;
}

function prepared({ events, large }: Asked): readonly Event[] {
  if (!large) return storedEvents(events, null);
  const [event] = storedEvents(1, { list, copy: list });
  const { call: _read } = event as Event;
  return Array.from({ length: events }, () => event as Event);
}

const methods = {
  filter: ({ source, ...asked }: Asked & { readonly source: string }) => {
    const { matches } = filters.compile(source);
    for (const event of prepared({ ...asked, events: Math.min(asked.events, 2_000) })) matches(event);
    const events = prepared(asked);
    return spentOn(async () => {
      for (const event of events) matches(event);
    });
  },
  encode: ({ dialect: name, options, ...asked }: Asked & { readonly dialect: string; readonly options: object }) => {
    const dialect = findDialect(name);
    if (!dialect) throw new Error(`there is no dialect ${name}`);
    const context = { ...noContext, method: 'POST', url: 'https://crm.example/', options: { ...options } };
    for (const event of prepared({ ...asked, events: Math.min(asked.events, 2_000) })) dialect.encode([event], context);
    const events = prepared(asked);
    return spentOn(async () => {
      for (const event of events) dialect.encode([event], context);
    });
  },
};

export type TenantMethods = typeof methods;
serve(methods);
