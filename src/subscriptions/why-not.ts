/** Why a version of a subscription does not want an event, in the order in which it is decided. Pure. */
import type { Event } from '../model/event.ts';
import type { Filters } from './filter/index.ts';
import { isAbout, toSelector, type UsersOf, wants } from './match-index.ts';
import type { SelectionVersion, SubscriptionScope } from './subscription.ts';

export type Refusal =
  /** The version was not in force at the event. */
  | { readonly reason: 'not_in_force' }
  | { readonly reason: 'disabled' }
  | { readonly reason: 'event_type' }
  /** The outermost level on which it is somebody else's. */
  | { readonly reason: 'out_of_scope'; readonly level: keyof SubscriptionScope }
  /** It is about a delivery of the endpoint it would go to. */
  | { readonly reason: 'about_itself' }
  | { readonly reason: 'filtered' }
  /** The filter says neither true nor false of it. */
  | { readonly reason: 'filter_error'; readonly detail: string };

/** @returns null where the version wants the event */
export function refusalOf(
  version: SelectionVersion,
  event: Event,
  filters: Filters,
  usersOf?: UsersOf,
): Refusal | null {
  if (event.seq < version.from || event.seq > (version.to ?? Infinity)) return { reason: 'not_in_force' };
  if (!version.enabled) return { reason: 'disabled' };
  if (!version.events.includes(event.type)) return { reason: 'event_type' };
  if (isAbout(event, version.endpoint)) return { reason: 'about_itself' };
  const level = levels.find((one) => !isWithin(version, one, event, usersOf));
  if (level) return { reason: 'out_of_scope', level };
  return version.filter === null ? null : refusedBy(version.filter, event, filters);
}

const levels = ['reseller', 'domain', 'user', 'extension'] as const;
const anybody: SubscriptionScope = { reseller: '*', domain: '*', user: '*', extension: '*' };

/** By the rule that matching goes by, asked about one level alone. */
function isWithin(version: SelectionVersion, level: keyof SubscriptionScope, event: Event, usersOf?: UsersOf): boolean {
  const scope = { ...anybody, [level]: version.scope[level] };
  return wants(toSelector(0, { ...version, scope }, null), event, usersOf);
}

function refusedBy(filter: string, event: Event, filters: Filters): Refusal | null {
  const verdict = filters.compile(filter).judge(event);
  if (verdict.outcome === 'matched') return null;
  if (verdict.outcome === 'filtered') return { reason: 'filtered' };
  const { reason, line, column } = verdict;
  return { reason: 'filter_error', detail: `${reason} (line ${line}, column ${column})` };
}
