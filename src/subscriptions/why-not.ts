/** Why a version of a subscription does not want an event, in the order in which it is decided. Pure. */
import type { Event } from '../model/event.ts';
import type { Filters } from './filter/index.ts';
import { toSelector, wants } from './match-index.ts';
import type { SelectionVersion } from './subscription.ts';

export type Refusal =
  /** The version was not in force at the event. */
  | { readonly reason: 'not_in_force' }
  | { readonly reason: 'disabled' }
  | { readonly reason: 'event_type' }
  | { readonly reason: 'out_of_scope' }
  | { readonly reason: 'filtered' }
  /** The filter says neither true nor false of it. */
  | { readonly reason: 'filter_error'; readonly detail: string };

/** @returns null where the version wants the event */
export function refusalOf(version: SelectionVersion, event: Event, filters: Filters): Refusal | null {
  if (event.seq < version.from || event.seq > (version.to ?? Infinity)) return { reason: 'not_in_force' };
  if (!version.enabled) return { reason: 'disabled' };
  if (!version.events.includes(event.type)) return { reason: 'event_type' };
  if (!wants(toSelector(0, version, null), event)) return { reason: 'out_of_scope' };
  return version.filter === null ? null : refusedBy(version.filter, event, filters);
}

function refusedBy(filter: string, event: Event, filters: Filters): Refusal | null {
  const verdict = filters.compile(filter).judge(event);
  if (verdict.outcome === 'matched') return null;
  if (verdict.outcome === 'filtered') return { reason: 'filtered' };
  const { reason, line, column } = verdict;
  return { reason: 'filter_error', detail: `${reason} (line ${line}, column ${column})` };
}
