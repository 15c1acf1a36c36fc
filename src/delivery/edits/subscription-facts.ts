/** What the audit shows of a subscription: no secret, and nothing by which a receiver knows genuine posts. */
import { createHash } from 'node:crypto';
import type { AuditedChange, Snapshot } from '../../model/audit.ts';
import type { Endpoint, EndpointAuth, Subscription } from '../../subscriptions/subscription.ts';

const set = { set: true } as const;

export function subscriptionChange(before: Subscription | null, after: Subscription | null): AuditedChange {
  const { number, selection } = (after ?? before) as Subscription;
  return {
    action: before ? (after ? 'updated' : 'deleted') : 'created',
    object: 'subscription',
    objectId: String(number),
    // Of one that moved, for those it belongs to now.
    scope: selection.scope,
    before: before && facts(before),
    after: after && facts(after),
  };
}

/** An endpoint belongs to its domain, whoever's subscriptions it has. */
export function pauseChange(endpoint: Endpoint, paused: boolean): AuditedChange {
  const { number, reseller, domain } = endpoint;
  return {
    action: paused ? 'paused' : 'resumed',
    object: 'endpoint',
    objectId: String(number),
    scope: { reseller, domain, user: '*', extension: '*' },
    before: { paused: endpoint.paused },
    after: { paused },
  };
}

/** Of one that is held, or let go on, without the others of its endpoint. */
export function subscriptionPauseChange(before: Subscription, after: Subscription): AuditedChange {
  const paused = Boolean(after.pause);
  return {
    action: paused ? 'paused' : 'resumed',
    object: 'subscription',
    objectId: String(after.number),
    scope: after.selection.scope,
    before: { paused: Boolean(before.pause) },
    after: { paused },
  };
}

function facts(subscription: Subscription): Snapshot {
  const { name, notes, selection, dialect, options, target, retry, order, expireAfterMs, redundancy } = subscription;
  const { url, auth, headers, signing, ...limits } = target;
  return {
    name,
    notes,
    ...selection,
    dialect,
    options,
    endpoint: {
      number: subscription.endpoint,
      ...limits,
      url: maskedUrl(url),
      auth: maskedAuth(auth),
      headers: masked(headers),
      signing: signing ? { secrets: signing.secrets.map(() => set) } : null,
    },
    retry,
    order,
    expireAfterMs,
    redundancy,
  };
}

const masked = (values: Readonly<Record<string, string>>): Record<string, typeof set> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, set]));

function maskedAuth(auth: EndpointAuth): Snapshot {
  switch (auth.kind) {
    case 'none':
      return { kind: 'none' };
    case 'basic':
      return { kind: 'basic', username: auth.username, password: set };
    case 'bearer':
      return { kind: 'bearer', token: set };
    case 'headers':
      return { kind: 'headers', headers: masked(auth.headers) };
    case 'oauth2-client-credentials': {
      const { tokenUrl, parameters, ...rest } = auth;
      return { ...rest, tokenUrl: maskedUrl(tokenUrl), clientSecret: set, parameters: masked(parameters) };
    }
    case 'oauth2-jwt-bearer':
      return { ...auth, tokenUrl: maskedUrl(auth.tokenUrl), privateKey: set };
    case 'mtls':
      return { ...auth, privateKey: set };
  }
}

/**
 * A URL's path and query are how many receivers know who may post, so that only its origin is shown, and enough of a
 * hash to see that the rest changed.
 */
export function maskedUrl(url: string): string {
  const { protocol, host } = new URL(url);
  const rest = createHash('sha256').update(url).digest('hex').slice(0, 8);
  return protocol === 'inbox:' ? `inbox:… (${rest})` : `${protocol}//${host}/… (${rest})`;
}
