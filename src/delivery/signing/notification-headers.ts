/**
 * The headers every notification carries. Where two set the same one, the later wins: the endpoint's own headers, its
 * authentication, the dialect, Offhook. So nobody can forge what Offhook says of a delivery.
 */
import type { EndpointTarget } from '../../subscriptions/subscription.ts';
import { reservedHeader } from '../../model/header-rules.ts';
import type { HeaderList } from '../sender/headers.ts';
import { authHeaders, lowerCased } from './auth-headers.ts';
import type { Signer } from './signer.ts';

export const userAgent = 'Offhook';

/** What stays the same for all notifications of one subscription, made once. */
export interface Prepared {
  readonly fixed: HeaderList;
  /** Those of the fixed ones that the dialect may set instead. */
  readonly replaceable: ReadonlySet<string>;
  /** Null where the subscription has no signing secret. */
  readonly signer: Signer | null;
}

/** @param subscriptionId goes out as X-Correlation-ID: receivers validate posts by it */
export function prepareHeaders(
  target: Pick<EndpointTarget, 'headers' | 'auth'>,
  subscriptionId: string,
  signer: Signer | null,
): Prepared {
  const all = { 'user-agent': userAgent, ...lowerCased(target.headers), ...authHeaders(target.auth) };
  const free = Object.entries(all).filter(([name]) => reservedHeader(name) === null);
  const fixed = [...free.flat(), 'x-correlation-id', subscriptionId];
  return { fixed, replaceable: new Set(free.map(([name]) => name)), signer };
}

export interface Notification {
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
  /** Number of the replay it is a part of; 0: none. */
  readonly replay: number;
  /** Wall clock, milliseconds. */
  readonly nowMs: number;
}

const plain = /^[\x21-\x7e]*$/;

/** Ids are any text; a header is not. What it cannot carry is percent-encoded as UTF-8. */
function headerText(text: string): string {
  return plain.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

/** The fixed ones that the dialect does not set itself. */
function startWith({ fixed, replaceable }: Prepared, encoded: Notification['encoded']): string[] {
  const isReplaced = (name: string): boolean => replaceable.has(name) && Object.hasOwn(encoded, name);
  for (const name in encoded) if (isReplaced(name)) return fixed.filter((_, at) => !isReplaced(fixed[at & ~1] ?? ''));
  return fixed.slice();
}

export function notificationHeaders(notification: Notification, prepared: Prepared): HeaderList {
  const { encoded, count } = notification;
  const list = startWith(prepared, encoded);
  for (const name in encoded) if (reservedHeader(name) === null) list.push(name, encoded[name] as string);
  const deliveryId = headerText(notification.deliveryId);
  list.push('x-offhook-event', headerText(notification.eventId), 'x-offhook-delivery', deliveryId);
  list.push('x-offhook-attempt', String(notification.attempt));
  if (notification.replay > 0) list.push('x-offhook-replay', String(notification.replay));
  if (count > 1) list.push('x-offhook-count', String(count));
  if (!prepared.signer) return list;
  return list.concat(prepared.signer.sign(deliveryId, notification.nowMs, notification.body));
}
