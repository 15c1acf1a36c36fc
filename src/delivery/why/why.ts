/**
 * Why an event was, or was not, delivered for a subscription. Facts in, answer out; in this order:
 *
 *   it is parked -> under way, due at a time, or behind another of its call
 *   an attempt settled it -> delivered, cancelled, expired, not encoded, skipped
 *   the subscription is no more -> deleted
 *   no version of it decides about the event -> before the subscription, or unknown
 *   the version in force does not want it -> disabled, type, scope, filter
 *   its lane has it still before it -> under way or waiting, and for what
 *   else its trace is no longer kept -> unknown
 *
 * What was recorded comes first, whatever the versions that are still known say. It is about the live delivery alone: what
 * a replay delivered again is a delivery of its own (`why-replay.ts`).
 */
import type { Event } from '../../model/event.ts';
import type { DeliveryHistory, StoredAttempt } from '../../records/attempt-queries.ts';
import type { AttemptRow, DeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import {
  type SelectionVersion,
  type Subscription,
  type SubscriptionScope,
  versionAt,
} from '../../subscriptions/subscription.ts';
import type { Refusal } from '../../subscriptions/why-not.ts';
import type { Hold, Standing } from './standing.ts';

export interface WhyFacts {
  readonly event: Pick<Event, 'seq' | 'type' | 'acceptedAt'>;
  /** Null: it was deleted. */
  readonly subscription: Pick<Subscription, 'versions' | 'retry' | 'expireAfterMs'> | null;
  /** What keeps the event from the version in force. */
  readonly refusal: Refusal | null;
  readonly history: DeliveryHistory | null;
  readonly standing: Standing | null;
  /** Everything up to here was trimmed: versions that decided only about that may have been dropped. */
  readonly floor: number;
}

interface Parked {
  readonly attempts: number;
  readonly maxAttempts: number | null;
  readonly lastError: string | null;
}

export type Why =
  | { readonly answer: 'delivered'; readonly attempts: number; readonly at: number; readonly status: number }
  | { readonly answer: 'under_way'; readonly attempts: number }
  | {
      readonly answer: 'waiting';
      readonly attempts: number;
      readonly ahead: number;
      readonly behind: DeliveryKey | null;
      readonly holds: readonly Hold[];
      /** Milliseconds; null: it does not expire. */
      readonly expiresAt: number | null;
    }
  | (Parked & { readonly answer: 'parked'; readonly dueAt: number; readonly holds: readonly Hold[] })
  | (Parked & { readonly answer: 'parked_behind'; readonly behind: DeliveryKey | null })
  | {
      readonly answer: 'cancelled' | 'expired' | 'not_encoded' | 'skipped';
      readonly attempts: number;
      readonly at: number;
      readonly status: number;
      /** A stable word. */
      readonly reason: string;
      readonly detail: string | null;
    }
  | { readonly answer: 'deleted' }
  | { readonly answer: 'before_subscription'; readonly from: number }
  | { readonly answer: 'unknown'; readonly reason: 'versions_dropped' | 'no_trace' | 'not_yours_then' | 'event_gone' }
  /** Of a replay: it is not about this delivery. */
  | { readonly answer: 'not_in_replay'; readonly reason: string }
  | { readonly answer: 'disabled' | 'event_type' | 'about_itself' | 'filtered'; readonly version: SelectionVersion }
  | {
      readonly answer: 'out_of_scope';
      readonly version: SelectionVersion;
      readonly level: keyof SubscriptionScope;
    }
  | { readonly answer: 'filter_error'; readonly version: SelectionVersion; readonly detail: string };

export function whyOf(facts: WhyFacts): Why {
  const { subscription, event } = facts;
  const recorded = whyRecorded(facts);
  if (recorded) return recorded;
  if (!subscription) return { answer: 'deleted' };
  const version = versionAt(subscription.versions, event.seq);
  if (!version) return withoutVersion(facts, subscription.versions);
  return whyUnwanted(facts.refusal, version) ?? whyUnsettled(facts);
}

/** What is kept of the delivery itself, whatever else is known; null: nothing that settled it, and it is not parked. */
export function whyRecorded(facts: Pick<WhyFacts, 'subscription' | 'history' | 'standing'>): Why | null {
  const { history } = facts;
  if (history?.parked) return whyParked(facts, history.parked, history.attempts);
  const settled = history?.attempts.find(({ outcome }) => outcome !== 'failed');
  return settled ? whySettled(settled, madeIn(history?.attempts ?? [])) : null;
}

/** Attempts with a request. */
const madeIn = (attempts: readonly AttemptRow[]): number =>
  attempts.reduce((most, { attempt }) => Math.max(most, attempt), 0);

function whyParked(
  { subscription, standing }: Pick<WhyFacts, 'subscription' | 'standing'>,
  parked: ParkedRow,
  attempts: readonly StoredAttempt[],
): Why {
  if (standing?.state === 'under_way') return { answer: 'under_way', attempts: parked.attempts };
  const lastError = attempts.find(({ outcome }) => outcome === 'failed')?.detail ?? null;
  const facts = { attempts: parked.attempts, maxAttempts: subscription?.retry.maxAttempts ?? null, lastError };
  const behind = standing?.behind ?? null;
  if (parked.dueAt === null && behind) return { answer: 'parked_behind', ...facts, behind };
  const { dueAt } = parked;
  // What was behind another is due as soon as that is settled; its row says nothing of it.
  if (dueAt === null) return { answer: 'parked_behind', ...facts, behind: null };
  return { answer: 'parked', ...facts, dueAt, holds: (standing?.holds ?? []).filter(({ by }) => by !== 'breaker') };
}

function whySettled(settled: AttemptRow, attempts: number): Why {
  const { outcome, status, detail } = settled;
  const at = settled.startedAt + settled.durationMs;
  if (outcome === 'delivered') return { answer: 'delivered', attempts, at, status };
  if (outcome === 'failed') throw new Error('an attempt that failed settles nothing');
  return { answer: outcome, attempts, at, status, reason: reasonOf(settled, attempts), detail };
}

/** Reasons without a request, as `detail` has them. */
const words = ['subscription_disabled', 'subscription_deleted', 'expire_after', 'retention', 'log_replaced'];
/** Of events that were gone before they were read: `detail` begins so, and names their range. */
const ranges: readonly (readonly [string, string])[] = [
  ['trimmed by retention', 'retention'],
  ['log replaced', 'log_replaced'],
  ['log rolled back', 'log_rolled_back'],
];

function reasonOf({ outcome, status, detail }: AttemptRow, attempts: number): string {
  if (outcome === 'not_encoded' || outcome === 'skipped') return outcome;
  if (detail !== null && words.includes(detail)) return detail;
  const range = ranges.find(([beginning]) => detail?.startsWith(`${beginning}: events`));
  if (range) return range[1];
  if (status === 410) return 'receiver_gone';
  return attempts > 0 ? 'attempts_used_up' : 'unknown';
}

function withoutVersion({ event, floor }: WhyFacts, versions: readonly SelectionVersion[]): Why {
  const first = versions[0];
  if (event.seq <= floor || !first) return { answer: 'unknown', reason: 'versions_dropped' };
  return { answer: 'before_subscription', from: first.from };
}

export function whyUnwanted(refusal: Refusal | null, version: SelectionVersion): Why | null {
  if (!refusal) return null;
  switch (refusal.reason) {
    case 'not_in_force':
      return null;
    case 'out_of_scope':
      return { answer: 'out_of_scope', version, level: refusal.level };
    case 'filter_error':
      return { answer: 'filter_error', version, detail: refusal.detail };
    case 'disabled':
    case 'event_type':
    case 'about_itself':
    case 'filtered':
      return { answer: refusal.reason, version };
  }
}

function whyUnsettled({ event, subscription, history, standing }: WhyFacts): Why {
  const attempts = madeIn(history?.attempts ?? []);
  if (!standing || standing.state === 'settled') return { answer: 'unknown', reason: 'no_trace' };
  if (standing.state === 'under_way') return { answer: 'under_way', attempts };
  const { ahead, behind, holds } = standing;
  const limitMs = subscription?.expireAfterMs[event.type];
  const expiresAt = limitMs === undefined ? null : Date.parse(event.acceptedAt) + limitMs;
  return { answer: 'waiting', attempts, ahead, behind, holds, expiresAt };
}
