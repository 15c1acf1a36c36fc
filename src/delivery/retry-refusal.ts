import type { Event } from '../model/event.ts';
import type { AttemptOutcome } from '../records/delivery-store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { isExpired } from './expiry.ts';

/**
 * - `delivered`: a repetition is a replay's business. `gone`: retention took the event.
 * - `disabled`, `deleted`: of its subscription. `expired`: it would expire at once, by `expireAfter` as it is now.
 */
export type RetryRefusal = 'delivered' | 'gone' | 'disabled' | 'deleted' | 'expired';

/** Why a delivery must not be tried again; null: it may. @param outcome the last attempt's. Pure. */
export function retryRefusal(
  subscription: Subscription | null,
  event: Event | null,
  outcome: AttemptOutcome | null,
  nowMs: number,
): RetryRefusal | null {
  if (outcome === 'delivered') return 'delivered';
  if (!subscription) return 'deleted';
  if (!event) return 'gone';
  if (!subscription.selection.enabled) return 'disabled';
  return isExpired(subscription, event, nowMs) ? 'expired' : null;
}
