/**
 * Who gets what of a replay: its subscriptions as they are now, whatever they wanted when the events came, since their
 * owner mostly asks for a replay after having corrected one; and of that only what the replay asks for.
 */
import { mayAccessScope } from '../../model/scope.ts';
import type { ReplayOrder } from '../../records/replay-store.ts';
import { type Filter, MatchIndex, type Selector, type UsersOf } from '../../subscriptions/match-index.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';

export interface SelectionDeps {
  readonly registry: SubscriptionRegistry;
  readonly compile: (source: string) => Filter;
  readonly usersOf: UsersOf | undefined;
}

type Wanted = Pick<ReplayOrder, 'endpoint' | 'subscriptions' | 'scope' | 'events' | 'filter'>;

/** Why a replay delivers nothing more to a subscription; null: it does. */
export function whyLeftOut({ registry }: SelectionDeps, order: Wanted, number: number): string | null {
  const subscription = registry.subscription(number);
  if (!subscription) return 'subscription_deleted';
  if (!subscription.selection.enabled) return 'subscription_disabled';
  if (subscription.endpoint !== order.endpoint) return 'subscription_moved';
  return mayAccessScope(order.scope, subscription.selection.scope) ? null : 'subscription_moved';
}

export function indexFor(deps: SelectionDeps, order: Wanted): MatchIndex {
  return indexOf(selectorsOf(deps, order), deps.usersOf);
}

export function indexOf(selectors: Iterable<Selector>, usersOf: UsersOf | undefined): MatchIndex {
  const index = new MatchIndex(usersOf);
  for (const selector of selectors) index.add(selector);
  return index;
}

export function selectorsOf(deps: SelectionDeps, order: Wanted): readonly Selector[] {
  const selectors: Selector[] = [];
  const filter = order.filter === null ? null : deps.compile(order.filter);
  for (const number of order.subscriptions) {
    if (whyLeftOut(deps, order, number) !== null) continue;
    const newest = deps.registry.newestSelector(number);
    if (newest) selectors.push(narrowed(newest, order, filter));
  }
  return selectors;
}

function narrowed(newest: Selector, { events }: Wanted, filter: Filter | null): Selector {
  const { filter: own } = newest;
  return {
    ...newest,
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    events: events === null ? newest.events : newest.events.filter((type) => events.includes(type)),
    filter: own && filter ? (event) => own(event) && filter(event) : (own ?? filter),
  };
}
