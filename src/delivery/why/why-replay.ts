/**
 * Why an event was, or was not, delivered by a replay. Facts in, answer out; in this order: what was recorded; the
 * subscription is no more; the replay is not for it, or not about the event; the subscription as it is now, or the replay,
 * does not want it; the replay has it still before it, or was cancelled before it; else its trace is no longer kept.
 */
import type { Event } from '../../model/event.ts';
import type { ReplayView } from '../replay/management.ts';
import { type Why, whyRecorded, whyUnwanted, type WhyFacts } from './why.ts';

export interface ReplayWhyFacts extends Pick<WhyFacts, 'refusal' | 'history'> {
  readonly seq: number;
  /** Null: retention has taken it. */
  readonly event: Pick<Event, 'type'> | null;
  readonly number: number;
  readonly subscription: WhyFacts['subscription'];
  readonly replay: Pick<ReplayView, 'order' | 'mark'>;
  /** The replay's own filter does not want it. */
  readonly isFilteredOut: boolean;
}

export function whyOfReplay(facts: ReplayWhyFacts): Why {
  const { subscription, history } = facts;
  const recorded = whyRecorded({ subscription, history, standing: null });
  if (recorded) return recorded;
  const version = subscription?.versions.at(-1);
  if (!version) return { answer: 'deleted' };
  const reason = leftOut(facts);
  if (reason !== null) return { answer: 'not_in_replay', reason };
  return (facts.refusal && whyUnwanted(facts.refusal, version)) ?? whyUnsettled(facts);
}

function leftOut({ seq, event, number, replay, isFilteredOut }: ReplayWhyFacts): string | null {
  const { order, mark } = replay;
  if (!order.subscriptions.includes(number)) return 'other_subscription';
  if (seq < order.from || seq > order.to) return 'outside_range';
  if (mark.missed.some(({ from, to }) => seq >= (from ?? 0) && seq <= to)) return 'retention';
  if (event && order.events?.includes(event.type) === false) return 'event_type';
  return isFilteredOut ? 'filtered' : null;
}

function whyUnsettled({ seq, event, replay: { order, mark } }: ReplayWhyFacts): Why {
  const isBefore = seq > mark.cursor;
  const waiting = { answer: 'waiting', attempts: 0, behind: null, holds: [], expiresAt: null } as const;
  if (mark.state === 'queued') return { ...waiting, ahead: seq - order.from };
  if (mark.state === 'running' && isBefore) return { ...waiting, ahead: seq - mark.cursor - 1 };
  if (mark.state !== 'done' && isBefore) return { answer: 'not_in_replay', reason: mark.reason ?? 'replay_cancelled' };
  return { answer: 'unknown', reason: event ? 'no_trace' : 'event_gone' };
}
