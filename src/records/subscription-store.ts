import type { Endpoint, Subscription } from '../subscriptions/subscription.ts';
import type { Alongside } from './alongside.ts';

/**
 * Subscriptions and their endpoints, kept whole. Reading with scope happens in the registry, which holds them all;
 * this port only makes them durable.
 */
export interface SubscriptionStore {
  load(): Promise<{ readonly subscriptions: readonly Subscription[]; readonly endpoints: readonly Endpoint[] }>;
  /** Numbers never given out before, not even to what was deleted since. */
  nextNumbers(): Promise<{ readonly subscription: number; readonly endpoint: number }>;
  /** Writes both in one transaction, new or replaced; durable when it resolves. */
  put(subscription: Subscription, endpoint: Endpoint, alongside?: Alongside): Promise<void>;
  putEndpoint(endpoint: Endpoint, alongside?: Alongside): Promise<void>;
  /** Removes it and its counters. Its attempts stay until retention takes them. */
  remove(subscription: number, alongside?: Alongside): Promise<void>;
  /** Lets go of one that nobody uses any more: its key may be another endpoint's from now on. */
  removeEndpoint(endpoint: number): Promise<void>;
}
