import { formatDuration } from '../../kit/duration.ts';
import type { EndpointStatus } from '../../delivery/management.ts';
import { nothingParked, type Parked } from '../../delivery/lane/parked.ts';
import type { AddressRule } from '../../delivery/sender/address-guard.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { Counters } from '../../records/attempt-queries.ts';
import type { EndpointAuth, EndpointTarget, Subscription } from '../../subscriptions/subscription.ts';
import type { SubscriptionView } from '../contract/subscription.ts';
import { addressWarnings } from './address-warnings.ts';
import { certificateWarnings } from './certificates.ts';
import { eventWarnings } from './event-warnings.ts';

/** What is known of a subscription's running besides itself. */
export interface SubscriptionState {
  readonly counters: Counters | null;
  readonly endpoint: EndpointStatus | null;
  readonly lag: number;
  /** Null: it is not asked. */
  readonly parked: Parked | null;
  /** Whether the caller may know of the subscription with this number. */
  readonly isVisible: (number: number) => boolean;
  readonly serverName: string;
  /** Which addresses its domain may reach; null: it is not asked. */
  readonly rule: Pick<AddressRule, 'refusal'> | null;
  /** Types that its dialect has words for; null: all, or it is not asked. */
  readonly words: readonly EventType[] | null;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

const set = { set: true } as const;

/** A subscription as it is shown: secrets say only that they are set. */
export function subscriptionView(subscription: Subscription, state: SubscriptionState): SubscriptionView {
  const { selection, retry } = subscription;
  return {
    id: subscription.id,
    number: subscription.number,
    name: subscription.name,
    notes: subscription.notes,
    enabled: selection.enabled,
    scope: selection.scope,
    events: [...selection.events],
    filter: selection.filter,
    dialect: subscription.dialect,
    options: subscription.options,
    endpoint: { number: subscription.endpoint, ...targetView(subscription.target), ...limitsView(state.endpoint) },
    retry: { maxAttempts: retry.maxAttempts, delays: retry.delaysMs.map(formatDuration), jitter: retry.jitter },
    order: subscription.order,
    expireAfter: expiryView(subscription.expireAfterMs),
    redundancy: subscription.redundancy,
    ...runningView(subscription, state),
    warnings: [
      ...certificateWarnings(subscription.target.auth, state.now),
      ...(state.rule ? addressWarnings(subscription.target, state.rule) : []),
      ...(state.words ? eventWarnings(subscription, state.words) : []),
    ],
    createdBy: subscription.createdBy,
    createdAt: subscription.createdAt,
    updatedAt: subscription.updatedAt,
  };
}

function targetView(target: EndpointTarget): Omit<SubscriptionView['endpoint'], 'number'> {
  const { name, url, method, headers, timeoutMs, maxInFlight, ratePerSecond, signing } = target;
  const auth = authView(target.auth);
  const secrets = signing ? { secrets: signing.secrets.map(() => set) } : null;
  return { name, url, method, auth, headers, timeoutMs, maxInFlight, ratePerSecond, signing: secrets };
}

/** Another subscription may have set them since. */
const limitsView = (endpoint: EndpointStatus | null): Partial<Pick<EndpointTarget, 'maxInFlight' | 'ratePerSecond'>> =>
  endpoint ? { maxInFlight: endpoint.maxInFlight, ratePerSecond: endpoint.ratePerSecond } : {};

const masked = (values: Readonly<Record<string, string>>): Record<string, typeof set> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, set]));

function authView(auth: EndpointAuth): SubscriptionView['endpoint']['auth'] {
  switch (auth.kind) {
    case 'none':
      return { kind: 'none' };
    case 'basic':
      return { kind: 'basic', username: auth.username, password: set };
    case 'bearer':
      return { kind: 'bearer', token: set };
    case 'headers':
      return { kind: 'headers', headers: masked(auth.headers) };
    case 'oauth2-client-credentials':
      return { ...auth, clientSecret: set, parameters: masked(auth.parameters) };
    case 'oauth2-jwt-bearer':
    case 'mtls':
      return { ...auth, privateKey: set };
  }
}

const expiryView = (expireAfterMs: Subscription['expireAfterMs']): Record<string, string> =>
  Object.fromEntries(Object.entries(expireAfterMs).map(([type, ms]) => [type, formatDuration(ms)]));

const time = (ms: number): string => new Date(ms).toISOString();

const mostNamed = 20;

function parkedView({ parked, isVisible }: SubscriptionState): SubscriptionView['parked'] {
  const { retrying, behind, behindOthers, heldBy, dueAt } = parked ?? nothingParked;
  const named = [...heldBy].filter(isVisible).sort((one, other) => one - other);
  return {
    ...{ retrying, behind, behindOthers, heldBy: named.slice(0, mostNamed) },
    dueAt: dueAt === null ? null : time(dueAt),
  };
}

type Running = Pick<
  SubscriptionView,
  'status' | 'paused' | 'currentServer' | 'counters' | 'lag' | 'parked' | 'lastSuccess' | 'lastError'
>;

function runningView(subscription: Subscription, state: SubscriptionState): Running {
  const { counters, endpoint, lag, serverName } = state;
  const { enabled } = subscription.selection;
  const paused = subscription.pause ?? endpoint?.paused ?? null;
  const isFailing = endpoint !== null && endpoint.breaker !== 'closed';
  const lastErrorAt = counters?.lastErrorAt ?? null;
  return {
    status: enabled ? (paused ? 'paused' : isFailing ? 'failing' : 'active') : 'disabled',
    paused,
    currentServer: enabled ? serverName : null,
    counters: {
      posts: counters?.posts ?? 0,
      errors: counters?.errors ?? 0,
      since: counters ? time(counters.since) : subscription.createdAt,
    },
    lag,
    parked: parkedView(state),
    lastSuccess: counters?.lastSuccessAt ? time(counters.lastSuccessAt) : null,
    lastError: lastErrorAt === null ? null : { at: time(lastErrorAt), error: counters?.lastError ?? '' },
  };
}
