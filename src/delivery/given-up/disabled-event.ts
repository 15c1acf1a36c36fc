import { idFromFacts } from '../../kit/ids.ts';
import { offhookItself } from '../../model/audit.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventData } from '../../model/event-types/catalog.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { placeOf } from './cancelled-event.ts';

/** `subscription.disabled` of one whose receiver answered 410. */
export function goneEvent({ number, endpoint, name, selection, updatedAt }: Subscription, nowMs: number): NewEvent {
  const data: EventData<'subscription.disabled'> = {
    subscription: number,
    endpoint,
    name,
    by: offhookItself.name,
    reason: 'gone',
    message: 'The receiver answered 410 Gone.',
    lastStatus: 410,
    cancelled: null,
  };
  // A subscription as it was last edited is switched off once.
  const id = idFromFacts(nowMs, 'subscription.disabled', number, updatedAt);
  const time = new Date(nowMs).toISOString();
  return { id, type: 'subscription.disabled', time, ...placeOf(selection.scope), data };
}
