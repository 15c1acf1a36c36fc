import type { RetryRefusal } from '../../delivery/retry-refusal.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { Problem } from '../problems/problem.ts';
import type { Result } from './try-again.ts';

const refusals: Readonly<Record<Exclude<RetryRefusal, 'delivered'>, string>> = {
  gone: 'Its event is gone: retention.events has taken it.',
  disabled: 'Its subscription is disabled; enable it first.',
  deleted: 'Its subscription was deleted.',
  expired: 'It would expire at once: raise or remove expireAfter of its type first.',
};

/** Why one delivery is not tried again; null: it is. @param subscription its own */
export function problemOf(result: Result, subscription: number): Problem | null {
  switch (result.kind) {
    case 'due':
    case 'under_way':
    case 'parked_behind':
      return null;
    case 'behind': {
      const { behind } = result;
      // Of somebody else's subscription at the same endpoint, no more is told.
      const more = behind.subscription === subscription ? { behind: deliveryId(subscription, behind.seq) } : {};
      return { code: 'delivery_behind', more };
    }
    case 'full':
      return { code: 'delivery_not_retryable', detail: 'As many deliveries are parked at its endpoint as may be.' };
    case 'settled':
      return { code: 'delivery_not_retryable', detail: 'It was settled a moment ago; look at it again.' };
    case 'refused':
      if (result.reason === 'delivered') return { code: 'delivery_delivered' };
      return { code: 'delivery_not_retryable', detail: refusals[result.reason] };
  }
}
