/** What all clients of the stream share: the newest events, the wake-up, the deliveries, and the limit on clients. */
import type { Event } from '../../model/event.ts';
import type { ApiDeps } from '../deps.ts';
import { createDeliveryFeed, type DeliveryFeed } from './delivery-feed.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';

export interface StreamHub {
  readonly recent: RecentEvents;
  readonly deliveries: DeliveryFeed;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** A place among the clients, or null where all are taken. Give it back by calling the result. */
  enter(onNews: () => void): (() => void) | null;
  /** How many there are. */
  clients(): number;
  close(): void;
}

/** At most twice as many are held for a moment: 64 MB if each were as large as an event may be. */
const recentEvents = 128;

export function createStreamHub(
  deps: Pick<ApiDeps, 'log' | 'clock' | 'logger' | 'attempts'>,
  options: { readonly maxStreams: number },
): StreamHub {
  const recent = createRecentEvents(recentEvents, deps.log.head());
  const deliveries = createDeliveryFeed(deps);
  const stopping = new AbortController();
  const clients = new Set<() => void>();
  const off = deps.log.onAppended((events) => {
    if (clients.size === 0) return recent.skipTo((events.at(-1) as Event).seq);
    recent.push(events);
    for (const onNews of clients) onNews();
  });
  // They are read from the log again.
  const offErased = deps.log.onErased(() => recent.skipTo(deps.log.head()));
  return {
    recent,
    deliveries,
    signal: stopping.signal,
    enter: (onNews) => {
      if (clients.size >= options.maxStreams) return null;
      clients.add(onNews);
      return () => void clients.delete(onNews);
    },
    clients: () => clients.size,
    close: () => {
      off();
      offErased();
      deliveries.close();
      stopping.abort();
    },
  };
}
