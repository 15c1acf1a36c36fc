/** Collects what is known of an event and a subscription, so that `whyOf` can say what became of the two. */
import { type Why, whyOf, type WhyFacts } from '../../delivery/why/why.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import type { DeliveryHistory } from '../../records/attempt-queries.ts';
import { type Subscription, versionAt } from '../../subscriptions/subscription.ts';
import type { ApiDeps } from '../deps.ts';

export type WhyDeps = Pick<ApiDeps, 'delivery' | 'attempts' | 'log'>;

/** @param number of the subscription, which may be gone */
export async function gatherWhy(
  deps: WhyDeps,
  event: Event,
  number: number,
  subscription: Subscription | null,
): Promise<Why> {
  const version = subscription && versionAt(subscription.versions, event.seq);
  const refusal = version && deps.delivery.refusal(version, event);
  const usual = standingAt(deps, event, number, subscription, version?.endpoint ?? null);
  // What its lane has settled by now can be read after this.
  if (deps.delivery.trouble() === null) await deps.delivery.recorded();
  const { seq } = event;
  const history = await deps.attempts.delivery({ subscription: number, seq, replay: 0 });
  const standing = parkedStanding(deps, history) ?? usual;
  const facts: WhyFacts = { event, subscription, refusal, history, standing, floor: deps.log.floor() };
  return whyOf(facts);
}

function standingAt(
  { delivery }: WhyDeps,
  event: Event,
  subscription: number,
  known: Subscription | null,
  endpoint: number | null,
): WhyFacts['standing'] {
  if (!known || endpoint === null) return null;
  const { seq } = event;
  const orderKey = known.order === 'none' ? deliveryId(subscription, seq) : orderKeyOf(event);
  return delivery.standing(endpoint, { subscription, seq }, orderKey);
}

/** Where it is parked, which an edit may have made another endpoint than the event's. */
function parkedStanding({ delivery }: WhyDeps, history: DeliveryHistory | null): WhyFacts['standing'] {
  if (!history?.parked) return null;
  const { endpoint, subscription, seq, orderKey } = history.parked;
  return delivery.standing(endpoint, { subscription, seq }, orderKey);
}
