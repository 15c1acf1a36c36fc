/** What `subs` says beneath its table of those that keep events back, since no other figure shows it. */
import { harmless } from '../terminal.ts';
import type { SubscriptionFacts } from './subscription-list.ts';

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

export function parkedLines({ number, name, parked }: SubscriptionFacts): readonly string[] {
  const { retrying, behind, behindOthers, heldBy, dueAt } = parked;
  const behindOwn = behind - behindOthers;
  const parts = [
    ...(retrying > 0 ? [`${events(retrying)} to be tried again`] : []),
    ...(behindOwn > 0 ? [`${events(behindOwn)} of the same calls behind those`] : []),
    ...(behindOthers > 0 ? [`${events(behindOthers)} behind ${whose(heldBy)} of the same call and receiver`] : []),
  ];
  if (parts.length === 0) return [];
  const when = dueAt === null ? '' : `; next attempt ${dueAt}`;
  const line = `${number} ${harmless(name)}: ${parts.join(', ')}${when}`;
  return behindOthers === 0
    ? [line]
    : [line, '  with an endpoint.name of its own it would not wait for others; "offhook why EVENT" says for which'];
}

function whose(heldBy: readonly number[]): string {
  if (heldBy.length === 0) return 'what failed for another subscription';
  return `what failed for subscription${heldBy.length === 1 ? '' : 's'} ${heldBy.join(', ')}`;
}
