/** One attempt: from a unit's events to what became of them. Everything that goes wrong is a verdict. */
import { deliveryId } from '../model/delivery-id.ts';
import type { Clock } from '../kit/clock.ts';
import { utf8Of } from '../kit/utf8.ts';
import type { Dialect, Directory, Encoded, EncodedRequest } from '../dialects/dialect.ts';
import type { Event } from '../model/event.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { isExpired } from './expiry.ts';
import { firstSeq, type Unit, type Verdict } from './lane/unit.ts';
import type { HeaderBuilder } from './notification.ts';
import type { Rendering } from './share/render-budget.ts';
import type { Exchange, OutgoingRequest, Sender } from './sender/sender.ts';

export interface AttemptDeps {
  readonly clock: Clock;
  readonly sender: Sender;
  readonly dialect: (name: string) => Dialect | undefined;
  readonly directory: Directory;
  /** Headers every notification carries besides the dialect's: Offhook's own, credentials, signature, custom ones. */
  readonly headers: HeaderBuilder;
}

const noRequest = (outcome: Verdict['outcome'], detail: string | null, now: number): Verdict => ({
  outcome,
  requested: false,
  status: 0,
  detail,
  retryAfterMs: null,
  startedAt: now,
  durationMs: 0,
});

/** The log could not be read, or our own code failed: tried again like a receiver's failure, but not held against it. */
export function unreadable(error: unknown, now: number): Verdict {
  const reason = error instanceof Error ? error.message : String(error);
  return noRequest('failed', `internal: ${reason}`.slice(0, 2048), now);
}

/** Why it is settled without a request, or null when it has to be sent. */
export function verdictBeforeSending(
  subscription: Subscription | undefined,
  events: readonly (Event | null)[],
  now: number,
): Verdict | null {
  if (!subscription) return noRequest('cancelled', 'subscription_deleted', now);
  if (!subscription.selection.enabled) return noRequest('cancelled', 'subscription_disabled', now);
  if (events.some((event) => event === null)) return noRequest('expired', 'retention', now);
  if (events.every((event) => isExpired(subscription, event as Event, now)))
    return noRequest('expired', 'expire_after', now);
  return null;
}

/** How a request names the delivery it is for. */
export interface Naming {
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Number of the replay it is a part of; 0: none. */
  readonly replay: number;
}

type EncodeDeps = Pick<AttemptDeps, 'dialect' | 'directory'>;

function encode(deps: EncodeDeps, subscription: Subscription, events: readonly Event[]): Encoded {
  const dialect = deps.dialect(subscription.dialect);
  if (!dialect) return { kind: 'failed', reason: `there is no dialect ${subscription.dialect}` };
  const { url, method } = subscription.target;
  try {
    const { id: subscriptionId, options } = subscription;
    const { extension } = subscription.selection.scope;
    const { directory } = deps;
    return dialect.encode(events, { subscriptionId, extension, directory, method, url, options });
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether what it encodes by is written by users, whose time is measured. */
export const isMetered = (deps: Pick<AttemptDeps, 'dialect'>, { dialect }: Subscription): boolean =>
  deps.dialect(dialect)?.metered === true;

/** @param rendering told how long it took, where that is measured; null: nobody */
export function encodeMeasured(
  deps: EncodeDeps & Pick<AttemptDeps, 'clock'>,
  rendering: Pick<Rendering, 'took'> | null,
  subscription: Subscription,
  events: readonly Event[],
): Encoded {
  if (!rendering || !isMetered(deps, subscription)) return encode(deps, subscription, events);
  const startedAt = deps.clock.monotonic();
  const encoded = encode(deps, subscription, events);
  const endedAt = deps.clock.monotonic();
  rendering.took(endedAt - startedAt, endedAt);
  return encoded;
}

/**
 * Makes the attempt. `ended` is told what became of it, unless it is known at once: then that is returned, and nothing
 * was sent.
 */
export function attempt(
  deps: AttemptDeps,
  unit: Unit,
  subscription: Subscription,
  events: readonly Event[],
  ended: (verdict: Verdict) => void,
  signal?: AbortSignal,
): Verdict | null {
  const now = deps.clock.now();
  const encoded = encodeMeasured(deps, unit.gate?.rendering ?? null, subscription, events);
  if (encoded.kind === 'skipped') return noRequest('skipped', encoded.reason, now);
  if (encoded.kind === 'failed') return noRequest('not_encoded', `not_encoded: ${encoded.reason}`.slice(0, 2048), now);
  try {
    const { replay } = unit;
    const id = deliveryId(unit.subscription, firstSeq(unit), replay);
    const naming = { deliveryId: id, attempt: unit.attempts + 1, replay };
    const request = outgoing(deps, naming, subscription, events, encoded, now);
    deps.sender.send(request, (exchange) => ended(verdictOf(exchange, now)), signal);
    return null;
  } catch (error) {
    return unreadable(error, now);
  }
}

/** The request, whole: with credentials and signature. */
export function outgoing(
  deps: Pick<AttemptDeps, 'headers'>,
  naming: Naming,
  subscription: Subscription,
  events: readonly Event[],
  encoded: EncodedRequest,
  now: number,
): OutgoingRequest {
  const { target } = subscription;
  // Bytes once, for the signature and for the socket.
  const body = typeof encoded.body === 'string' ? utf8Of([encoded.body]) : encoded.body;
  const headers = deps.headers(subscription, {
    encoded: encoded.headers,
    body,
    eventId: events.length === 1 ? (events[0] as Event).id : naming.deliveryId,
    count: events.length,
    ...naming,
    nowMs: now,
  });
  return {
    url: encoded.url ?? target.url,
    method: encoded.method ?? target.method,
    headers,
    body,
    timeoutMs: target.timeoutMs,
    domain: subscription.selection.scope.domain,
    auth: target.auth,
  };
}

/** 2xx is success. 410 means the receiver is gone for good. Everything else, redirects included, is tried again. */
function verdictOf(exchange: Exchange, startedAt: number): Verdict {
  const { durationMs } = exchange;
  if (exchange.kind === 'failed') {
    const outcome = exchange.failure === 'stopped' ? 'stopped' : 'failed';
    const detail = `${exchange.failure}: ${exchange.message}`.slice(0, 2048);
    const verdict = { outcome, requested: true, status: 0, detail, retryAfterMs: null, startedAt, durationMs } as const;
    return exchange.credentialsRefused === true ? { ...verdict, credentialsRefused: true } : verdict;
  }
  const { status, excerpt, retryAfterMs } = exchange;
  if (status >= 200 && status < 300) {
    return { outcome: 'delivered', requested: true, status, detail: null, retryAfterMs: null, startedAt, durationMs };
  }
  const detail = `http_${status}${excerpt ? `: ${excerpt}` : ''}`.slice(0, 2048);
  const outcome = status === 410 ? 'cancelled' : 'failed';
  return { outcome, requested: true, status, detail, retryAfterMs, startedAt, durationMs };
}
