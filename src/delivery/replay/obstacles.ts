/**
 * What stands in the way of events that none of some selectors wants; where these differ, what an event came furthest
 * with. Each scope among them is looked up once, in a matching index without types and filters: so an event costs what
 * matching it costs, however many subscriptions don't match, or share a scope.
 */
import type { Event } from '../../model/event.ts';
import { type EventType, eventTypes } from '../../model/event-types/index.ts';
import type { MatchIndex, Selector, UsersOf } from '../../subscriptions/match-index.ts';
import type { LeftOut } from './management.ts';
import { indexOf } from './selection.ts';

export class Obstacles {
  readonly #scopes: MatchIndex;
  /** By the selector that stands for a scope: the types that one of that scope wants. */
  readonly #types = new Map<Selector, Set<EventType>>();

  constructor(selectors: readonly Selector[], usersOf: UsersOf | undefined) {
    const scopes = new Map<string, Selector>();
    for (const selector of selectors) {
      const key = scopeOf(selector);
      const scope = scopes.get(key) ?? { ...selector, events: eventTypes, filter: null };
      scopes.set(key, scope);
      this.#want(scope, selector.events);
    }
    this.#scopes = indexOf(scopes.values(), usersOf);
  }

  #want(scope: Selector, types: readonly EventType[]): void {
    const wanted = this.#types.get(scope) ?? new Set();
    this.#types.set(scope, wanted);
    for (const type of types) wanted.add(type);
  }

  of(event: Event): keyof LeftOut {
    let furthest: keyof LeftOut = 'scope';
    this.#scopes.match(event, (scope) => {
      if (this.#types.get(scope)?.has(event.type)) furthest = 'filter';
      else if (furthest === 'scope') furthest = 'type';
    });
    return furthest;
  }
}

/** All that decides but for type and filter. */
const scopeOf = ({ reseller, domain, user, extension, endpoint, from, to }: Selector): string =>
  JSON.stringify([reseller, domain, user, extension, endpoint, from, to]);
