import type { StoredEvent } from '../../model/stored-event.ts';
import type { ReadPage } from '../event-log.ts';
import type { ReadInput } from './event-read-jobs.ts';
import type { RecentEvents } from './recent-events.ts';

/** A page ends at about this many characters of JSON, as the reader thread's do. */
const pageCharacters = 4 * 1024 * 1024;

export interface RecentPage extends ReadPage {
  readonly events: readonly StoredEvent[];
}

/** The page, when all of it lies in the newest events; null: ask the reader thread. */
export function readRecent(recent: RecentEvents, { after, upTo, limit, domains }: ReadInput): RecentPage | null {
  if (!recent.at(after + 1)) return null;
  const wanted = domains && new Set(domains);
  const events: StoredEvent[] = [];
  let characters = 0;
  for (let seq = after + 1; seq <= upTo; seq++) {
    const held = recent.at(seq);
    if (!held) return null;
    if (wanted && !wanted.has(held.event.domain)) continue;
    events.push(held.event);
    characters += held.characters;
    if (events.length === limit || characters >= pageCharacters) return { events, scannedTo: seq };
  }
  return { events, scannedTo: upTo };
}
