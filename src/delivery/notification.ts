/** Headers of each notification, with what stays the same for a subscription made once and kept while it is in use. */
import type { Subscription } from '../subscriptions/subscription.ts';
import type { HeaderList } from './sender/headers.ts';
import {
  type Notification,
  notificationHeaders,
  prepareHeaders,
  type Prepared,
} from './signing/notification-headers.ts';
import { createSigner } from './signing/signer.ts';

export type HeaderBuilder = (subscription: Subscription, notification: Notification) => HeaderList;

function prepare({ id, target }: Subscription): Prepared {
  const secrets = target.signing?.secrets ?? [];
  return prepareHeaders(target, id, secrets.length > 0 ? createSigner(secrets) : null);
}

/** @throws Error where a subscription's secret is none; it was checked when the subscription was written */
export function createHeaderBuilder(): HeaderBuilder {
  const known = new WeakMap<Subscription, Prepared>();
  return (subscription, notification) => {
    let prepared = known.get(subscription);
    if (!prepared) known.set(subscription, (prepared = prepare(subscription)));
    return notificationHeaders(notification, prepared);
  };
}
