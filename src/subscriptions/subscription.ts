import type { EventType } from '../model/event-types/index.ts';

/** Whose events: `*` is everything on that level. */
export interface SubscriptionScope {
  readonly reseller: string;
  readonly domain: string;
  readonly user: string;
  readonly extension: string;
}

/** What decides whether an event is wanted. Versioned by sequence: the version in force at an event decides. */
export interface Selection {
  readonly enabled: boolean;
  readonly scope: SubscriptionScope;
  /** Expanded: no wildcards here. */
  readonly events: readonly EventType[];
  /** Source text of the filter, null for none. */
  readonly filter: string | null;
}

export interface SelectionVersion extends Selection {
  /** Where events decided by it go: an edit that moves a subscription to another endpoint starts a new version. */
  readonly endpoint: number;
  /** Number of the side lane they go through, beside the endpoint's; absent: they go through the endpoint's own. */
  readonly lane?: number;
  /** First sequence it decides about. */
  readonly from: number;
  /** Last sequence it decides about; null: it is the newest. */
  readonly to: number | null;
}

/** RFC 6749, 4.4: a token from the token endpoint, for an id and a secret. */
export interface ClientCredentials {
  readonly kind: 'oauth2-client-credentials';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where id and secret go: the Authorization header, or the form. */
  readonly clientAuth: 'basic' | 'body';
  readonly scope: string | null;
  readonly audience: string | null;
  /** Further fields of the form; their values are treated as secrets. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** RFC 7523, as Salesforce has it: a token for an assertion signed with RS256. */
export interface JwtBearer {
  readonly kind: 'oauth2-jwt-bearer';
  readonly tokenUrl: string;
  /** RSA, PEM. */
  readonly privateKey: string;
  readonly keyId: string | null;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly scope: string | null;
}

export type OAuth = ClientCredentials | JwtBearer;

/** All PEM. */
export interface MutualTls {
  readonly kind: 'mtls';
  /** The client's certificate first, then those between it and its authority. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Authorities that the receiver's certificate is checked against instead of the system's; null: the system's. */
  readonly ca: string | null;
}

export type EndpointAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  | OAuth
  | MutualTls;

/** Standard Webhooks secrets (`whsec_…`): during rotation two are valid, newest first. */
export interface Signing {
  readonly secrets: readonly string[];
}

export interface EndpointTarget {
  /** Shares an endpoint with others of that name instead of those of the same origin. */
  readonly name: string | null;
  readonly url: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'GET';
  readonly auth: EndpointAuth;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxInFlight: number;
  readonly ratePerSecond: number | null;
  readonly signing: Signing | null;
}

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds before attempt 2, 3, …; the last one is used for all that follow. */
  readonly delaysMs: readonly number[];
  /** Each delay is moved by up to this share of itself, up or down. */
  readonly jitter: number;
}

/** Since when something is held, and by whom, as the audit names them. */
export interface Pause {
  readonly since: string;
  readonly by: string;
}

export interface Subscription {
  /** 32 random hex digits. Confidential: receivers validate posts by it; never in logs or metric labels. */
  readonly id: string;
  /** Public number: in logs, metrics, delivery ids. */
  readonly number: number;
  /** Public number of the endpoint it delivers to. */
  readonly endpoint: number;
  readonly name: string;
  readonly notes: string;
  /** The newest selection. */
  readonly selection: Selection;
  /** Oldest first; the last one has `to: null` and equals `selection`. */
  readonly versions: readonly SelectionVersion[];
  /**
   * Sequence at which it was last disabled, if ever: what was not settled up to there is cancelled, also when it is read
   * only after it was enabled again.
   */
  readonly cancelledUpTo?: number;
  /** While it is held alone, without the others of its endpoint; absent or null: it is not. */
  readonly pause?: Pause | null;
  readonly dialect: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly target: EndpointTarget;
  readonly retry: RetryPolicy;
  readonly order: 'call' | 'none';
  /** Milliseconds by event type, counted from when the event was accepted. */
  readonly expireAfterMs: Readonly<Partial<Record<EventType, number>>>;
  readonly redundancy: { readonly geo: boolean; readonly preferredServer: string | null };
  /**
   * Who made it, as the audit names them: the public id of a token, which is the same after a rotation, `administrator` or
   * `offhook`. Null: it was made before that was kept.
   */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One receiver: the subscriptions of one domain whose URLs share an origin, or that name it. */
export interface Endpoint {
  readonly number: number;
  /** The domain of its subscriptions' scope; `*` for those of a whole system. */
  readonly domain: string;
  readonly reseller: string;
  /** The shared origin, or `name:…`. Unique within (reseller, domain). */
  readonly key: string;
  readonly maxInFlight: number;
  readonly ratePerSecond: number | null;
  /** Nothing is sent to it; everything is kept for when it is resumed. */
  readonly paused: boolean;
  /** Since when, and by whom as the audit names them; absent or null while it is not paused. */
  readonly pause?: Pause | null;
}

/** Number of the lane that events decided by a version go through: the endpoint's, which has its number, or a side lane. */
export function laneOf({ endpoint, lane }: Pick<SelectionVersion, 'endpoint' | 'lane'>): number {
  return lane ?? endpoint;
}

/** The version that decides about an event; null where none is known. */
export function versionAt(versions: readonly SelectionVersion[], seq: number): SelectionVersion | null {
  return versions.find(({ from, to }) => seq >= from && (to === null || seq <= to)) ?? null;
}
