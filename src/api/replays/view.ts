import { Type, type Static } from 'typebox';
import type { DryRun, ReplayView } from '../../delivery/replay/management.ts';
import { replayStates } from '../../records/delivery-store.ts';
import { nullable, Time } from '../contract/common.ts';

const Missed = Type.Array(
  Type.Object({
    from: nullable(
      Type.Integer(),
      'First sequence; null where only a time was asked for and nobody can tell any more.',
    ),
    to: Type.Integer({ description: 'Last sequence.' }),
  }),
  { description: 'Events of its range that retention had taken before they could be delivered.' },
);

const Counts = Type.Object({
  matched: Type.Integer({ description: 'Deliveries found so far: those below, and those that wait or are parked.' }),
  delivered: Type.Integer(),
  cancelled: Type.Integer({ description: 'Given up: their attempts are used up, or they were cancelled.' }),
  expired: Type.Integer({ description: 'Past the time limit of their subscription, or taken by retention.' }),
  notEncoded: Type.Integer(),
  skipped: Type.Integer(),
  failedAttempts: Type.Integer({ description: 'Attempts that failed and were followed by another.' }),
  waiting: Type.Integer({ description: 'Found, and not tried yet.' }),
  parked: Type.Integer({ description: 'Waiting for their next attempt, or behind one that does.' }),
  inFlight: Type.Integer({ description: 'Requests under way.' }),
});

export const ReplaySchema = Type.Object({
  number: Type.Integer({ description: 'In `X-Offhook-Replay` and in the ids of its deliveries.' }),
  state: Type.Enum([...replayStates], {
    description: '`queued`: it waits for a place. `cancelling`: nothing more starts; what is under way ends.',
  }),
  reason: nullable(
    Type.String(),
    'Why it was cancelled: replay_cancelled, subscription_disabled, _deleted or _moved, log_replaced.',
  ),
  of: Type.Enum(['subscription', 'endpoint']),
  endpoint: Type.Integer(),
  subscriptions: Type.Array(Type.Integer(), { description: 'Public numbers of those it delivers to.' }),
  from: Type.Integer({ description: 'First sequence of its range.' }),
  to: Type.Integer({ description: 'Last sequence of its range; below `from` where no event was in it.' }),
  since: nullable(Time, 'The time asked for as its beginning.'),
  until: nullable(Time, 'The time asked for as its end.'),
  events: nullable(Type.Array(Type.String()), 'Null: every type its subscriptions want.'),
  filter: nullable(Type.String()),
  ratePerSecond: Type.Number({ description: 'Requests a second at most.' }),
  createdAt: Time,
  createdBy: Type.String(),
  startedAt: nullable(Time),
  endedAt: nullable(Time),
  cursor: Type.Integer({ description: 'Everything up to this sequence is settled.' }),
  share: Type.Number({ description: '0 to 1: how much of its range is settled.' }),
  counts: Counts,
  missed: Missed,
  eventsPerSecond: nullable(Type.Number(), 'Events it got past, over the last half minute.'),
  deliveriesPerSecond: nullable(Type.Number()),
  remainingMs: nullable(Type.Integer(), 'How long it takes at that speed; null where nobody can tell.'),
});

export const DryRunSchema = Type.Object({
  dryRun: Type.Literal(true),
  from: Type.Integer(),
  to: Type.Integer(),
  matched: Type.Integer({ description: 'Deliveries it would make, of the events looked at.' }),
  expired: Type.Integer({
    description: 'Of these, how many would not be sent: past the time limit of their subscription.',
  }),
  lookedUpTo: Type.Integer({ description: 'Every event up to this sequence was looked at.' }),
  complete: Type.Boolean({ description: 'All of the range was looked at; else the time did not suffice.' }),
  missed: Missed,
  leftOut: nullable(
    Type.Object({
      scope: Type.Integer({
        description: 'Events outside the scope of its subscriptions; of these too only what the caller may see.',
      }),
      type: Type.Integer({ description: 'Of types that were not asked for, or are not wanted.' }),
      filter: Type.Integer({ description: 'Left out by a filter, its own or the subscription’s.' }),
    }),
    'Where `matched` is 0: why, of the events looked at that the caller may see, and that are of its domains. All 0: none is in the range.',
  ),
});

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const tenth = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);

export function replayView(replay: ReplayView): Static<typeof ReplaySchema> {
  const { order, mark } = replay;
  const { number, of, endpoint, from, to, filter, ratePerSecond } = order;
  return {
    number,
    state: mark.state,
    reason: mark.reason,
    of,
    endpoint,
    subscriptions: [...order.subscriptions],
    from,
    to,
    since: time(order.since),
    until: time(order.until),
    events: order.events && [...order.events],
    filter,
    ratePerSecond,
    createdAt: new Date(order.createdAt).toISOString(),
    createdBy: order.author.name,
    startedAt: time(mark.startedAt),
    endedAt: time(mark.endedAt),
    cursor: mark.cursor,
    share: Math.round(replay.share * 10_000) / 10_000,
    counts: countsOf(replay),
    missed: mark.missed.map((range) => ({ ...range })),
    eventsPerSecond: tenth(replay.eventsPerSecond),
    deliveriesPerSecond: tenth(replay.deliveriesPerSecond),
    remainingMs: replay.remainingMs,
  };
}

function countsOf({ counts, open, waiting, parked, inFlight }: ReplayView): Static<typeof Counts> {
  const { delivered, cancelled, expired, not_encoded: notEncoded, skipped, failed: failedAttempts } = counts;
  const matched = delivered + cancelled + expired + notEncoded + skipped + open;
  return { matched, delivered, cancelled, expired, notEncoded, skipped, failedAttempts, waiting, parked, inFlight };
}

export function dryRunView(counted: DryRun): Static<typeof DryRunSchema> {
  const { from, to, matched, expired, lookedUpTo, missed, leftOut } = counted;
  const complete = lookedUpTo >= to;
  return {
    dryRun: true,
    from,
    to,
    matched,
    expired,
    lookedUpTo,
    complete,
    missed: missed.map((range) => ({ ...range })),
    leftOut: leftOut && { ...leftOut },
  };
}
