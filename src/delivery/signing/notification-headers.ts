/**
 * The headers every notification carries. Where two set the same one, the later wins: the endpoint's own headers, its
 * authentication, the dialect, Offhook. So nobody can forge what Offhook says of a delivery.
 */
import type { EndpointTarget } from '../../subscriptions/subscription.ts';
import { reservedHeader } from '../sender/headers.ts';
import { authHeaders, lowerCased } from './auth-headers.ts';
import type { Signer } from './signer.ts';

export const userAgent = 'Offhook';

/** What stays the same for all notifications of one subscription, made once. */
export type FixedHeaders = Readonly<Record<string, string>>;

/** @param subscriptionId goes out as X-Correlation-ID: receivers validate posts by it */
export function fixedHeaders(target: Pick<EndpointTarget, 'headers' | 'auth'>, subscriptionId: string): FixedHeaders {
  return {
    'user-agent': userAgent,
    ...lowerCased(target.headers),
    ...authHeaders(target.auth),
    'x-correlation-id': subscriptionId,
  };
}

export interface Notification {
  readonly fixed: FixedHeaders;
  /** From the dialect; lower-case names. */
  readonly encoded: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** The event's id; of a batch its first event's, with `count` saying how many there are. */
  readonly eventId: string;
  /** Events in it; 1 where it is no batch. */
  readonly count: number;
  /** The same on every attempt. */
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Null where the subscription has no signing secret. */
  readonly signer: Signer | null;
  readonly nowMs: number;
}

const plain = /^[\x21-\x7e]*$/;

/** Ids are any text; a header is not. What it cannot carry is percent-encoded as UTF-8. */
function headerText(text: string): string {
  return plain.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

export function notificationHeaders(notification: Notification): Record<string, string> {
  const { fixed, encoded, signer, body, count, attempt } = notification;
  const headers: Record<string, string> = { ...fixed };
  for (const name in encoded) if (reservedHeader(name) === null) headers[name] = encoded[name] as string;
  const deliveryId = headerText(notification.deliveryId);
  headers['x-offhook-event'] = headerText(notification.eventId);
  headers['x-offhook-delivery'] = deliveryId;
  headers['x-offhook-attempt'] = String(attempt);
  if (count > 1) headers['x-offhook-count'] = String(count);
  return signer ? Object.assign(headers, signer.sign(deliveryId, notification.nowMs, body)) : headers;
}
