import type { EventType } from '../event-types/index.ts';

/** The earliest of the moments that are known; all are written alike, so they compare as text. */
export function earliest(first: string, ...others: readonly (string | null)[]): string {
  let found = first;
  for (const other of others) if (other !== null && other < found) found = other;
  return found;
}

/** The event's own time, where its type says that this is when it happened. */
export function momentOf(type: EventType, happening: EventType, time: string): string | null {
  return type === happening ? time : null;
}
