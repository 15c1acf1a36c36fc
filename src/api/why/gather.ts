/** Collects what is known of an event and a subscription, so that `whyOf` can say what became of the two. */
import { whyOfReplay } from '../../delivery/why/why-replay.ts';
import { type Why, whyOf, type WhyFacts, whyRecorded } from '../../delivery/why/why.ts';
import { deliveryId, type NamedDelivery } from '../../model/delivery-id.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import type { Access } from '../../model/scope.ts';
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

/** What is kept of a delivery whose event, or subscription, is gone. */
export async function gatherTrace(deps: WhyDeps, key: NamedDelivery, subscription: Subscription | null): Promise<Why> {
  if (deps.delivery.trouble() === null) await deps.delivery.recorded();
  const history = await deps.attempts.delivery(key);
  const standing = parkedStanding(deps, history);
  return whyRecorded({ subscription, history, standing }) ?? { answer: 'unknown', reason: 'event_gone' };
}

/** Null: there is no such replay within the caller's scope. @param event null: retention has taken it */
export async function gatherReplayWhy(
  { delivery, attempts }: WhyDeps,
  access: Access,
  key: NamedDelivery,
  event: Event | null,
): Promise<Why | null> {
  const { subscription: number, seq } = key;
  if (delivery.trouble() === null) await delivery.recorded();
  const history = await attempts.delivery(key);
  const replay = delivery.replays.get(access, key.replay);
  if (!replay) return null;
  const subscription = delivery.subscriptions.byNumber(access, number);
  const newest = subscription?.versions.at(-1);
  // It goes by the subscription as it is now, whenever the event came.
  const version = newest && { ...newest, from: 0, to: null };
  const refusal = version && event ? delivery.refusal(version, event) : null;
  const { filter } = replay.order;
  const ofReplay = version && event && filter !== null ? delivery.refusal({ ...version, filter }, event) : null;
  const isFilteredOut = refusal === null && ofReplay !== null;
  return whyOfReplay({ seq, event, number, subscription, replay, refusal, isFilteredOut, history });
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
