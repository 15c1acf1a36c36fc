/** What the audit shows of a replay that was made or cancelled. */
import { auditEntry, auditEvent, type Author } from '../../model/audit.ts';
import type { Alongside } from '../../records/alongside.ts';
import type { ReplayState } from '../../records/delivery-store.ts';
import type { ReplayOrder } from '../../records/replay-store.ts';

export function replayChange(
  author: Author,
  at: number,
  order: ReplayOrder,
  before: ReplayState | null,
  after: ReplayState,
): Alongside {
  const { number, of, endpoint, subscriptions, scope, from, to, since, until, events, filter, ratePerSecond } = order;
  const facts = {
    of,
    endpoint,
    subscriptions: subscriptions.slice(0, 100),
    from,
    to,
    since,
    until,
    events,
    filter,
    ratePerSecond,
  };
  const entry = auditEntry(author, at, {
    action: before === null ? 'created' : 'updated',
    object: 'replay',
    objectId: String(number),
    scope,
    before: before === null ? null : { state: before },
    after: before === null ? { state: after, ...facts } : { state: after },
  });
  return { audit: [entry], events: [auditEvent(entry)] };
}
