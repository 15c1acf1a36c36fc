/** Hands deliveries to their lanes to be tried again, and says of each what came of it. */
import type { Retried, Retry } from '../../delivery/lane/again.ts';
import { type RetryRefusal, retryRefusal } from '../../delivery/retry-refusal.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import { endpointsOf } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { ApiDeps } from '../deps.ts';
import type { Candidate } from './candidates.ts';

export type Result = Retried | { readonly kind: 'refused'; readonly reason: RetryRefusal };

export async function tryCandidates(
  { delivery, log, clock }: Pick<ApiDeps, 'delivery' | 'log' | 'clock'>,
  number: number,
  subscription: Subscription | null,
  candidates: readonly Candidate[],
): Promise<readonly Result[]> {
  const events = await log.get(
    candidates.map(({ seq }) => seq),
    { sparing: true },
  );
  const results: Result[] = [];
  const lanes = new Map<number, { readonly at: number; readonly retry: Retry }[]>();
  candidates.forEach((candidate, at) => {
    const event = events[at] ?? null;
    const reason = retryRefusal(subscription, event, candidate.outcome, clock.now());
    if (reason !== null || !subscription || !event) {
      results[at] = { kind: 'refused', reason: reason ?? 'gone' };
      return;
    }
    const endpoint = laneFor(subscription, candidate);
    const asked = lanes.get(endpoint) ?? [];
    lanes.set(endpoint, [...asked, { at, retry: retryOf(number, subscription, event, candidate) }]);
  });
  for (const [endpoint, asked] of lanes) {
    const retried = await delivery.retry(
      endpoint,
      asked.map(({ retry }) => retry),
    );
    asked.forEach(({ at }, index) => (results[at] = retried?.[index] ?? { kind: 'refused', reason: 'deleted' }));
  }
  return results;
}

/** Its own lane, while the subscription uses that; what is parked is where it is. */
function laneFor(subscription: Subscription, { endpoint, parked }: Candidate): number {
  return parked || endpointsOf(subscription).has(endpoint) ? endpoint : subscription.endpoint;
}

function retryOf(subscription: number, { order }: Subscription, event: Event, candidate: Candidate): Retry {
  const { seq, attempts, parked } = candidate;
  const orderKey = parked?.orderKey ?? (order === 'none' ? deliveryId(subscription, seq) : orderKeyOf(event));
  return { subscription, seq, orderKey, attempts, parked: parked !== null };
}
