/** Headers of each notification, with what stays the same for a subscription made once and kept while it is in use. */
import type { Subscription } from '../subscriptions/subscription.ts';
import { type FixedHeaders, fixedHeaders, notificationHeaders } from './signing/notification-headers.ts';
import { createSigner, type Signer } from './signing/signer.ts';

export interface NotificationFacts {
  readonly subscription: Subscription;
  /** The dialect's; lower-case names. */
  readonly encoded: Readonly<Record<string, string>>;
  readonly deliveryId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly eventId: string;
  /** Events in the request. */
  readonly count: number;
  readonly body: string | Uint8Array | null;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

export type HeaderBuilder = (facts: NotificationFacts) => Record<string, string>;

/** @throws Error where a subscription's secret is none; it was checked when the subscription was written */
export function createHeaderBuilder(): HeaderBuilder {
  const prepared = new WeakMap<Subscription, { readonly fixed: FixedHeaders; readonly signer: Signer | null }>();
  const prepare = (subscription: Subscription) => {
    let known = prepared.get(subscription);
    if (!known) {
      const { signing } = subscription.target;
      const signer = signing && signing.secrets.length > 0 ? createSigner(signing.secrets) : null;
      known = { fixed: fixedHeaders(subscription.target, subscription.id), signer };
      prepared.set(subscription, known);
    }
    return known;
  };
  return ({ subscription, now, ...facts }) => notificationHeaders({ ...prepare(subscription), ...facts, nowMs: now });
}
