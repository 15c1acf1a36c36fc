import type { EventType } from '../../model/event-types/index.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { SubscriptionView } from '../contract/subscription.ts';

const mostNamed = 5;

/**
 * Events that are asked for and that the dialect has no word for: they are skipped, each with a line in the list of deliveries.
 * @param words types that it has words for
 */
export function eventWarnings(
  { selection, dialect }: Pick<Subscription, 'selection' | 'dialect'>,
  words: readonly EventType[],
): SubscriptionView['warnings'] {
  const never = selection.events.filter((type) => !words.includes(type));
  if (never.length === 0) return [];
  const more = never.length > mostNamed ? `, and ${never.length - mostNamed} more` : '';
  const detail = `${dialect}, with these options, has no word for ${never.slice(0, mostNamed).join(', ')}${more}.`;
  return [{ code: 'events_never_sent', field: 'events', at: null, detail }];
}
