import { idFromFacts } from '../../kit/ids.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventData } from '../../model/event-types/catalog.ts';
import type { AttemptReport } from '../attempt-observer.ts';
import { placeOf } from './cancelled-event.ts';

/** `delivery.failing`: half of a delivery's attempts have failed. Null: it is about a `delivery.*` event. */
export function failingEvent(report: AttemptReport): NewEvent | null {
  const { subscription, endpoint, seq, attempt, verdict, retryInMs, replay } = report;
  const event = report.events[0] ?? null;
  if (!subscription || event?.type.startsWith('delivery.')) return null;
  const at = verdict.startedAt + verdict.durationMs;
  const data: EventData<'delivery.failing'> = {
    subscription: subscription.number,
    endpoint: endpoint.number,
    eventId: event?.id ?? null,
    eventSeq: seq,
    eventType: event?.type ?? null,
    attempts: attempt,
    maxAttempts: subscription.retry.maxAttempts,
    nextAttemptAt: retryInMs === null ? null : new Date(at + retryInMs).toISOString(),
    lastStatus: verdict.status === 0 ? null : verdict.status,
    lastError: verdict.detail === null ? null : verdict.detail.slice(0, 500).toWellFormed(),
  };
  const id = idFromFacts(at, 'delivery.failing', deliveryId(subscription.number, seq, replay ?? 0), attempt);
  return {
    id,
    type: 'delivery.failing',
    time: new Date(at).toISOString(),
    ...placeOf(subscription.selection.scope),
    data,
  };
}
