import { usualMaxInFlight } from '../../delivery/edits/endpoint-book.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { subscriptionView } from './view.ts';

/** What of a subscription's view is its state and not its owner's to set. */
const readOnly = [
  'id',
  'number',
  'status',
  'paused',
  'currentServer',
  'counters',
  'lag',
  'parked',
  'lastSuccess',
  'lastError',
  'warnings',
  'createdBy',
  'createdAt',
  'updatedAt',
] as const;

type JsonObject = Record<string, unknown>;

/** What was read may be sent back: the parts that only the server sets are left out. */
export function withoutReadOnly(body: unknown): unknown {
  if (!isObject(body)) return body;
  const kept: JsonObject = { ...body };
  for (const name of readOnly) delete kept[name];
  if (isObject(kept['endpoint'])) {
    const { number: _number, ...endpoint } = kept['endpoint'];
    kept['endpoint'] = endpoint;
  }
  return kept;
}

/** A stored subscription as it would be sent in, its secrets as `{ "set": true }`. */
export function subscriptionInput(subscription: Subscription): unknown {
  return withoutReadOnly(
    subscriptionView(subscription, {
      counters: null,
      endpoint: null,
      lag: 0,
      parked: null,
      isVisible: () => false,
      serverName: '',
      rule: null,
      words: null,
      now: 0,
    }),
  );
}

/** RFC 7396: objects are merged, null takes a field away, everything else replaces. `__proto__` is a name like others. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Limits are those of an endpoint that others share: a patch names those it mentions. Taken away, they are the usual ones. */
function withLimits(endpoint: JsonObject, patch: JsonObject): JsonObject {
  const { maxInFlight: _inFlight, ratePerSecond: _rate, ...rest } = endpoint;
  const { maxInFlight, ratePerSecond } = patch;
  return {
    ...rest,
    ...(maxInFlight !== undefined && { maxInFlight: maxInFlight ?? usualMaxInFlight }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
  };
}

/** A patch that changes `kind` of `auth` says all of it: what belonged to the other kind does not linger. */
export function patchSubscription(subscription: Subscription, patch: unknown): unknown {
  const merged = mergePatch(subscriptionInput(subscription), withoutReadOnly(patch));
  if (!isObject(merged) || !isObject(merged['endpoint'])) return merged;
  const changes = isObject(patch) && isObject(patch['endpoint']) ? patch['endpoint'] : {};
  const endpoint = withLimits(merged['endpoint'], changes);
  const { auth } = changes;
  const isReplaced = isObject(auth) && auth['kind'] !== undefined && auth['kind'] !== subscription.target.auth.kind;
  return { ...merged, endpoint: isReplaced ? { ...endpoint, auth } : endpoint };
}
