/**
 * Which endpoint a subscription gets, and when an endpoint ends. Everything here runs in the manager's turn, so that
 * nobody takes up an endpoint while it is let go of.
 *
 *   in use ── no subscription's version sends to it any more ──> retired ── its lane has nothing left to do ──> gone
 *   retired ── a subscription takes it up again ──> in use
 *
 * What is gone leaves the store first, then the registry: its key is free for another endpoint.
 */
import type { SubscriptionStore } from '../../records/subscription-store.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import type { SubscriptionDraft } from '../management.ts';

export interface EndpointBookDeps {
  readonly registry: SubscriptionRegistry;
  readonly store: SubscriptionStore;
  readonly lanes: {
    /** Nobody uses the endpoint any more: says so once its lane has nothing left to do. */
    retire(endpoint: number): void;
    /** Drops the lane of an endpoint that is gone. */
    forget(endpoint: number): void;
  };
}

/** Requests under way at a time, where nobody said anything else. */
export const usualMaxInFlight = 8;

const usualLimits = { maxInFlight: usualMaxInFlight, ratePerSecond: null };

/** What the subscriptions of one domain share an endpoint by. */
export function endpointKey(target: SubscriptionDraft['target']): string {
  if (target.name !== null) return `name:${target.name}`;
  return addressOf(target.url);
}

/** What is one receiver: an origin, or an inbox. */
export function addressOf(url: string): string {
  const { protocol, origin } = new URL(url);
  return protocol === 'inbox:' ? url : origin;
}

export class EndpointBook {
  readonly #deps: EndpointBookDeps;

  constructor(deps: EndpointBookDeps) {
    this.#deps = deps;
  }

  /** One that is there, with the limits this draft names; null where there is none. */
  shared(draft: SubscriptionDraft): Endpoint | null {
    const { reseller, domain, key } = placeOf(draft);
    const known = this.#deps.registry.findEndpoint(reseller, domain, key);
    return known ? { ...known, ...limitsOf(draft, known) } : null;
  }

  /** For a new subscription. */
  obtain(draft: SubscriptionDraft, number: number, usual: EndpointLimits = usualLimits): Endpoint {
    return this.shared(draft) ?? { number, ...placeOf(draft), ...limitsOf(draft, usual), paused: false };
  }

  /**
   * A subscription that has an endpoint to itself takes it along to a new address; else it goes to another endpoint, with
   * what is on its way in a side lane (`lane/side.ts`). So the order of a call under way is kept.
   */
  async afterEdit(before: Subscription, draft: SubscriptionDraft): Promise<Endpoint> {
    const { registry, store } = this.#deps;
    const shared = this.shared(draft);
    if (shared) return shared;
    const current = registry.endpoint(before.endpoint);
    if (current && registry.usersOf(before.endpoint).length === 1) {
      return { ...current, ...placeOf(draft), ...limitsOf(draft, current) };
    }
    return this.obtain(draft, (await store.nextNumbers()).endpoint, current);
  }

  /** Those of them that nobody uses any more are let go of in time. */
  release(endpoints: Iterable<number>): void {
    for (const number of endpoints) {
      if (this.#deps.registry.usersOf(number).length === 0) this.#deps.lanes.retire(number);
    }
  }

  /** The lane of a retired endpoint has nothing left to do. */
  async letGo(endpoint: number): Promise<void> {
    const { registry, store, lanes } = this.#deps;
    if (registry.usersOf(endpoint).length > 0) return;
    await store.removeEndpoint(endpoint);
    registry.removeEndpoint(endpoint);
    lanes.forget(endpoint);
  }
}

type EndpointLimits = Pick<Endpoint, 'maxInFlight' | 'ratePerSecond'>;

/** @param usual for what the draft does not name */
function limitsOf({ target }: SubscriptionDraft, usual: EndpointLimits): EndpointLimits {
  const { maxInFlight = usual.maxInFlight, ratePerSecond = usual.ratePerSecond } = target;
  return { maxInFlight, ratePerSecond };
}

function placeOf({ selection, target }: SubscriptionDraft): Pick<Endpoint, 'reseller' | 'domain' | 'key'> {
  const { reseller, domain } = selection.scope;
  // What a user subscribes to shares nothing with the rest of the domain: its failures and limits are their own.
  const owner = selection.scope.user === '*' ? '' : `user:${selection.scope.user} `;
  return { reseller, domain, key: owner + endpointKey(target) };
}
