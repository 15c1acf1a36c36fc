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

/** The header `traceparent` for an attempt; null: it belongs to no trace. */
export type TraceparentOf = (eventId: string, deliveryId: string, attempt: number) => string | null;

/** Adds it to notifications of one event, where nobody else has said one. */
export function withTraceparent(build: HeaderBuilder, traceparentOf: TraceparentOf | undefined): HeaderBuilder {
  if (!traceparentOf) return build;
  return (subscription, notification) => {
    const headers = build(subscription, notification);
    const { count, eventId, deliveryId, attempt } = notification;
    if (count !== 1 || headers.some((name, at) => at % 2 === 0 && name === 'traceparent')) return headers;
    const traceparent = traceparentOf(eventId, deliveryId, attempt);
    return traceparent === null ? headers : [...headers, 'traceparent', traceparent];
  };
}
