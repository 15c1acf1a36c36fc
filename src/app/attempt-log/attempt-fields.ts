/** What a line about an attempt says. `docs/reference/logs.md` is made from this, and the compiler holds lines to it. */
import type { AttemptReport } from '../../delivery/attempt-observer.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { Event } from '../../model/event.ts';
import { callIdOf } from '../../model/stored-event.ts';
import { failureOf } from '../metrics/delivery-counts.ts';

export const attemptFields = {
  delivery: 'The delivery’s id; the same on every attempt, and what the receiver gets as `X-Offhook-Delivery`',
  attempt: 'Number of this attempt, from 1; where no request was made, how many there were before',
  attempts: 'How many the subscription’s plan has; null where it is no more',
  outcome:
    '`delivered`, `failed`, `cancelled` (given up), `expired`, `not_encoded`, `skipped`, or `stopped`: the server stopped while it was under way',
  decision:
    'What follows: `done`, `retry` (at `retryAt`), `give_up`, or `after_restart`: it is sent again when the server runs again',
  retryAt: 'Time of the next attempt; null: there is none',
  status: 'HTTP status of the answer; null: none came',
  failure: 'Why no answer came (`timeout`, `dns`, `tls`, …) or nothing was sent; null: there was one',
  durationMs: 'How long the request took',
  latencyMs: 'Since the event was accepted, earlier attempts and waits included; null: the event is no more',
  subscription: 'Public number of the subscription, never its id',
  dialect: 'Its dialect; null where it is no more',
  endpoint: 'Public number of the receiver',
  receiver:
    'Scheme, host and port alone: paths, queries and credentials are never written. `inbox` for a built-in receiver',
  reseller: 'Of the event',
  domain: 'Of the event',
  event: 'The event’s id; of the first one of a batch, as all that follows',
  seq: 'Its sequence',
  type: 'Its type',
  call: 'Its call’s id; null: it is about no call',
  connector: 'Which connector, or token of ingest, it came from',
  events: 'How many events the request carried',
  replay: 'Number of the replay it belongs to; null: it belongs to none',
  breaker: 'State of the receiver’s breaker after it',
  parked: 'Deliveries to the receiver that wait to be tried again, after it',
  lag: 'Events between what the receiver has settled and the newest one',
} as const;

export type AttemptLine = Readonly<Record<keyof typeof attemptFields, string | number | null>> & {
  readonly status: number | null;
  readonly failure: string | null;
};

/** Wall clock and lag as they stand. */
export interface AttemptSurroundings {
  readonly now: number;
  readonly lag: number | null;
}

export function attemptLine(report: AttemptReport, { now, lag }: AttemptSurroundings): AttemptLine {
  const { subscription, endpoint, verdict, outcome, retryInMs, seq } = report;
  return {
    delivery: deliveryId(report.subscriptionNumber, seq, report.replay ?? 0),
    attempt: report.attempt,
    attempts: subscription?.retry.maxAttempts ?? null,
    outcome,
    decision: decisionOf(report),
    retryAt: retryInMs === null ? null : new Date(now + retryInMs).toISOString(),
    status: verdict.status || null,
    failure: verdict.status > 0 || outcome === 'delivered' ? null : failureOf(verdict.detail),
    durationMs: Math.round(verdict.durationMs),
    subscription: report.subscriptionNumber,
    dialect: subscription?.dialect ?? null,
    endpoint: endpoint.number,
    receiver: subscription ? originOf(subscription.target.url) : null,
    ...eventFields(report.events[0] ?? null, now),
    seq,
    events: report.size,
    replay: report.replay,
    breaker: report.breaker,
    parked: report.parked,
    lag,
  };
}

type EventField = 'latencyMs' | 'reseller' | 'domain' | 'event' | 'type' | 'call' | 'connector';

function eventFields(event: Event | null, now: number): Pick<AttemptLine, EventField> {
  return {
    latencyMs: event && Math.max(0, Math.round(now - Date.parse(event.acceptedAt))),
    reseller: event?.reseller ?? null,
    domain: event?.domain ?? null,
    event: event?.id ?? null,
    type: event?.type ?? null,
    call: event && callIdOf(event),
    connector: event?.connector ?? null,
  };
}

function decisionOf({ outcome }: AttemptReport): string {
  if (outcome === 'failed') return 'retry';
  if (outcome === 'stopped') return 'after_restart';
  return outcome === 'delivered' || outcome === 'skipped' ? 'done' : 'give_up';
}

/** Names of built-in receivers may be as secret as paths are. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'unknown';
  return parsed.origin === 'null' ? parsed.protocol.slice(0, -1) : parsed.origin;
}
