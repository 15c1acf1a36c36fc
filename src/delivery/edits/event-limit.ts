/**
 * Vendors give an extension a number of events, and Offhook does for the dialects that say so: an event is a subscription
 * of such a dialect that names the extension, enabled or not. Pure: asked in the turn of an edit, it counts what every edit
 * before left.
 */
import { type EventsByUser, placesTaken, takesPlace } from '../../model/event-places.ts';
import type { UsersOf } from '../../subscriptions/match-index.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { DraftProblem, SubscriptionDraft } from '../management.ts';

/** What events are counted by. */
export interface EventLimitRules {
  /** Whether subscriptions of the dialect are counted. */
  isLimited(dialect: string): boolean;
  /** How many an extension may have. */
  limitOf(domain: string, extension: string): number;
  readonly usersOf: UsersOf;
  /** The subscriptions made for this extension alone, of any dialect. */
  made(domain: string, extension: string): Iterable<Subscription>;
}

type Countable = Pick<SubscriptionDraft, 'dialect' | 'selection'>;

/** An extension and whose it is; a subscription may say `*` for the reseller of its domain. */
export interface ExtensionPlace {
  readonly reseller: string;
  readonly domain: string;
  readonly extension: string;
}

/** How many events of the extension there are. */
export const countEvents = (place: ExtensionPlace, rules: EventLimitRules): number =>
  placesTaken(eventsByUser(place, rules), rules.usersOf(place.domain, place.extension));

/** Of whom they are, those that take none of its places as things are among them. */
export function eventsByUser({ reseller, domain, extension }: ExtensionPlace, rules: EventLimitRules): EventsByUser {
  const events = new Map<string, number>();
  for (const { dialect, selection } of rules.made(domain, extension)) {
    const { reseller: other, user } = selection.scope;
    const isItsOwn = reseller === '*' || other === '*' || other === reseller;
    if (isItsOwn && rules.isLimited(dialect)) events.set(user, (events.get(user) ?? 0) + 1);
  }
  return events;
}

/** Why a new subscription, or one that is to be what it was not, would be one too many; null: it is not. */
export function eventLimitProblem(
  before: Subscription | null,
  draft: Countable,
  rules: EventLimitRules,
): DraftProblem | null {
  if (!isCounted(draft, rules)) return null;
  const { scope } = draft.selection;
  const { domain, extension } = scope;
  // Of an extension whose limit was lowered, what is there stays, and may be changed.
  if (before && isCounted(before, rules) && isSamePlace(before.selection.scope, scope)) return null;
  const [events, limit] = [countEvents(scope, rules), rules.limitOf(domain, extension)];
  if (events < limit) return null;
  return {
    code: 'event_limit_reached',
    field: 'scope.extension',
    message: `extension ${extension} of ${domain} has ${events} events, and may have ${limit}`,
    remedy:
      'Remove subscriptions of the extension that are not used any more, or ask the administrator to raise its eventLimit.',
    more: { domain, extension, events, limit },
  };
}

function isCounted({ dialect, selection }: Countable, rules: EventLimitRules): boolean {
  const { domain, user, extension } = selection.scope;
  if (domain === '*' || extension === '*' || !rules.isLimited(dialect)) return false;
  return takesPlace(user, rules.usersOf(domain, extension));
}

const isSamePlace = (one: ExtensionPlace, other: ExtensionPlace): boolean =>
  one.domain === other.domain && one.extension === other.extension;
