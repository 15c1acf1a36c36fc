import type { Event } from '../model/event.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** Whether the event is past its subscription's time limit for its type. @param now wall clock, milliseconds */
export function isExpired(subscription: Subscription, event: Event, now: number): boolean {
  const limitMs = subscription.expireAfterMs[event.type];
  return limitMs !== undefined && now > Date.parse(event.acceptedAt) + limitMs;
}
