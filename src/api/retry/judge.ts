/** Which deliveries of a subscription can be tried again, as far as the caller sees them. */
import { retryRefusal } from '../../delivery/retry-refusal.ts';
import type { Access } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { maySeeDelivery } from '../deliveries/routes.ts';
import type { ApiDeps } from '../deps.ts';
import type { Judge } from './sieve.ts';

export function judgeFor(
  deps: Pick<ApiDeps, 'delivery' | 'log' | 'clock'>,
  access: Access,
  subscription: Subscription,
): Judge {
  const { number: own } = subscription;
  return async (candidates) => {
    const seen = candidates.map(({ seq }) => maySeeDelivery(deps, access, { subscription: own, seq, replay: 0 }));
    const asked = candidates.filter((_, at) => seen[at]).map(({ seq }) => seq);
    // Type and age decide.
    const events = asked.length === 0 ? [] : await deps.log.get(asked, { sparing: true });
    const bySeq = new Map(asked.map((seq, at) => [seq, events[at] ?? null]));
    return candidates.map(({ seq, outcome }, at) => {
      if (!seen[at]) return 'unseen';
      const reason = retryRefusal(subscription, bySeq.get(seq) ?? null, outcome, deps.clock.now());
      // It refuses every one alike: as many as were asked for are enough to say so.
      return reason === 'disabled' ? null : reason;
    });
  };
}
