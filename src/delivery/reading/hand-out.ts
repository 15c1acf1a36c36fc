/** Gives the events of one page to all lanes it was read for, each from its own position on, as far as each has room. */
import type { ReadPage } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import type { MatchIndex } from '../../subscriptions/match-index.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { Lane } from '../lane/lane.ts';

export interface HandOutDeps {
  readonly registry: Pick<SubscriptionRegistry, 'subscription'>;
  readonly indexOf: (lane: Lane) => MatchIndex;
  /** False: the lane had no room. */
  readonly offer: (lane: Lane, subscription: Subscription, event: Event) => boolean;
}

/** Afterwards each lane stands at the end of the page, or before the first event it had no room for. */
export function handOut(page: ReadPage, readers: readonly Lane[], deps: HandOutDeps): void {
  const reading = new Set(readers);
  const byDomain = groupByDomain(readers, (lane) => deps.indexOf(lane).domains());
  for (const event of page.events) {
    for (const lane of byDomain.get(event.domain) ?? []) if (reading.has(lane)) give(lane, event, reading, deps);
    for (const lane of byDomain.get('*') ?? []) if (reading.has(lane)) give(lane, event, reading, deps);
  }
  for (const lane of reading) lane.readPosition = Math.max(lane.readPosition, Math.min(page.scannedTo, endOf(lane)));
}

function give(lane: Lane, event: Event, reading: Set<Lane>, { registry, indexOf, offer }: HandOutDeps): void {
  if (event.seq <= lane.readPosition || event.seq > endOf(lane)) return;
  indexOf(lane).match(event, (selector) => {
    const subscription = registry.subscription(selector.subscription);
    if (!subscription || !reading.has(lane)) return;
    if (!offer(lane, subscription, event)) reading.delete(lane);
  });
  if (reading.has(lane)) lane.readPosition = event.seq;
}

const endOf = ({ replay }: Lane): number => (replay ? replay.end : Infinity);

function groupByDomain(lanes: readonly Lane[], domainsOf: (lane: Lane) => readonly string[]): Map<string, Lane[]> {
  const groups = new Map<string, Lane[]>();
  for (const lane of lanes) {
    for (const domain of domainsOf(lane)) {
      const group = groups.get(domain);
      if (group) group.push(lane);
      else groups.set(domain, [lane]);
    }
  }
  return groups;
}
