/** `delivery.cancelled`, made from the outcome alone. Pure. */
import { idFromFacts } from '../../kit/ids.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import type { EventData } from '../../model/event-types/catalog.ts';
import { nowhere } from '../../model/scope.ts';
import type { AttemptRow } from '../../records/delivery-store.ts';
import type { SubscriptionScope } from '../../subscriptions/subscription.ts';

type Cancelled = EventData<'delivery.cancelled'>;

/** What was given up for one subscription and reason. */
export interface GivenUpGroup {
  readonly reason: Cancelled['reason'];
  /** The subscription's: whose the events are. */
  readonly scope: SubscriptionScope;
  /** The first of them. */
  readonly rows: AttemptRow[];
  /** All of them. */
  count: number;
}

/** A replay ended early: what it had not delivered is for another one, and its events had been delivered, or told of, before. */
const withReplay: readonly (string | null)[] = ['replay_cancelled', 'subscription_moved'];

/** Null: it was not given up. What a dialect has no word for was not meant to be sent. */
export function reasonOf({ outcome, status, detail }: AttemptRow): Cancelled['reason'] | null {
  if (outcome === 'expired') return 'expired';
  if (outcome === 'not_encoded') return 'not_encoded';
  if (outcome !== 'cancelled' || withReplay.includes(detail)) return null;
  if (detail === 'subscription_disabled') return 'disabled';
  if (detail === 'subscription_deleted') return 'deleted';
  return status === 410 ? 'gone' : 'attempts_used_up';
}

const nameOrNull = (name: string): string | null => (name === '*' ? null : name);

/** Where an event about a subscription belongs. */
export function placeOf(
  scope: SubscriptionScope,
): Pick<NewEvent, 'reseller' | 'domain' | 'user' | 'extension' | 'extensions' | 'connector' | 'call' | 'leg'> {
  const extension = nameOrNull(scope.extension);
  return {
    reseller: nameOrNull(scope.reseller) ?? nowhere,
    domain: nameOrNull(scope.domain) ?? nowhere,
    user: nameOrNull(scope.user),
    extension,
    extensions: extension === null ? [] : [extension],
    connector: 'offhook',
    call: null,
    leg: null,
  };
}

/** @param events of the rows, in their order; null where retention took them. @param most events that are made */
export function cancelledEvents(
  group: GivenUpGroup,
  events: readonly (Event | null)[],
  most: number,
): readonly NewEvent[] {
  const told = group.rows
    .map((row, at) => ({ row, event: events[at] ?? null }))
    // No such event is ever made about another one.
    .filter(({ event }) => event?.type.startsWith('delivery.') !== true);
  const passedOver = group.rows.length - told.length;
  const shown = told.slice(0, most);
  const more = group.count - passedOver - shown.length;
  return shown.map(({ row, event }, at) => cancelledEvent(group, row, event, at === shown.length - 1 ? more : 0));
}

function cancelledEvent(group: GivenUpGroup, row: AttemptRow, event: Event | null, more: number): NewEvent {
  const { subscription, endpoint, seq, replay, attempt, status, detail, startedAt, durationMs } = row;
  const at = startedAt + durationMs;
  const data: Cancelled = {
    subscription,
    endpoint,
    eventId: event?.id ?? null,
    eventSeq: seq,
    eventType: event?.type ?? null,
    reason: group.reason,
    attempts: attempt,
    lastStatus: status === 0 ? null : status,
    lastError: detail === null ? null : detail.slice(0, 500).toWellFormed(),
    more,
  };
  const id = idFromFacts(at, 'delivery.cancelled', deliveryId(subscription, seq, replay), attempt);
  const time = new Date(at).toISOString();
  return { id, type: 'delivery.cancelled', time, ...placeOf(group.scope), data };
}
