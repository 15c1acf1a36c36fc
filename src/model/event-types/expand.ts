import { families, likelyTypes } from './likely.ts';
import { eventTypes, isEventType, type EventType } from './names.ts';

/** An entry of a list of event types that names nothing, with the known ones that look most like it. */
export interface UnknownEventType {
  readonly entry: string;
  /** Place in the list, from 0. */
  readonly index: number;
  readonly closest: readonly string[];
}

const wildcards = ['*', ...families.map((family) => `${family}.*`)];

/**
 * The types a list of names and wildcards (`*`, `call.*`) stands for: each once, in the order of the documentation.
 * Every entry that stands for nothing is reported; then no types are given.
 */
export function expandEventTypes(
  entries: readonly string[],
): { readonly types: readonly EventType[] } | { readonly unknown: readonly UnknownEventType[] } {
  const wanted = new Set<EventType>();
  const unknown: UnknownEventType[] = [];
  for (const [index, entry] of entries.entries()) {
    const types = typesOf(entry.trim());
    for (const type of types) wanted.add(type);
    if (types.length === 0) unknown.push({ entry, index, closest: likelyTypes(entry, [...eventTypes, ...wildcards]) });
  }
  return unknown.length > 0 ? { unknown } : { types: eventTypes.filter((type) => wanted.has(type)) };
}

function typesOf(entry: string): readonly EventType[] {
  if (isEventType(entry)) return [entry];
  if (entry === '*') return eventTypes;
  if (!entry.endsWith('.*')) return [];
  return eventTypes.filter((type) => type.startsWith(entry.slice(0, -1)));
}
