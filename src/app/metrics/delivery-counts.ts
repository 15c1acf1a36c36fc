/**
 * What became of deliveries, counted in plain numbers as it happens; see `delivery-metrics.ts` for how it is shown.
 *
 * Series of single subscriptions are bounded: the first `mostSubscriptions` that have something to count get their own,
 * and keep it for as long as they exist; all others are counted together. So a figure never goes back.
 */
import { PlainHistogram } from '../../api/metrics/plain-histogram.ts';
import type { AttemptObserver, AttemptReport } from '../../delivery/attempt-observer.ts';
import { HalfwayWatch } from '../../delivery/given-up/halfway.ts';
import type { AttemptOutcome, AttemptRow } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';

/** Of one subscription, or of those without series of their own. */
export type OutcomeCounts = Partial<Record<AttemptOutcome, number>>;

/** Why a delivery was given up; the reasons of `cancelled` and `expired`. */
const reasons = new Set(['subscription_disabled', 'subscription_deleted', 'retention', 'expire_after']);

/** Seconds. */
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
/** Seconds: from at once to the end of the usual plan of retries. */
const deliveredBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

export class DeliveryCounts implements AttemptObserver {
  /** By status class (`2xx`) or failure. */
  readonly attempts = new Map<string, number>();
  /** Settled deliveries, by dialect. */
  readonly dialects = new Map<string, OutcomeCounts>();
  /** Of replays alone: attempts by outcome. */
  readonly replays: OutcomeCounts = {};
  readonly givenUp = new Map<string, number>();
  /** Failures that leave one more attempt. */
  lastChances = 0;
  /** Endpoints that have failed through half of a delivery's plan, as they did. */
  warnings = 0;
  readonly failing = new HalfwayWatch();
  readonly subscriptions = new Map<number, OutcomeCounts>();
  readonly otherSubscriptions: OutcomeCounts = {};
  readonly attemptSeconds = new PlainHistogram(durationBounds);
  readonly deliveredSeconds = new PlainHistogram(deliveredBounds);
  readonly #most: number;

  constructor(mostSubscriptions: number) {
    this.#most = mostSubscriptions;
  }

  attempted(report: AttemptReport): void {
    const { verdict, outcome, attempt, subscription } = report;
    if (this.failing.note(report)) this.warnings++;
    if (!verdict.requested) return;
    add(this.attempts, resultOf(report));
    if (outcome === 'stopped') return;
    this.attemptSeconds.observe(verdict.durationMs / 1000);
    if (outcome === 'failed' && subscription && attempt === subscription.retry.maxAttempts - 1) this.lastChances++;
    if (outcome !== 'delivered') return;
    const endedAt = verdict.startedAt + verdict.durationMs;
    for (const event of report.events) {
      if (event) this.deliveredSeconds.observe(Math.max(0, endedAt - Date.parse(event.acceptedAt)) / 1000);
    }
  }

  recorded(row: AttemptRow, subscription: Subscription | undefined): void {
    const { outcome } = row;
    if (row.replay > 0) this.replays[outcome] = (this.replays[outcome] ?? 0) + 1;
    if (outcome === 'failed') return;
    const dialect = subscription?.dialect ?? 'deleted';
    let counts = this.dialects.get(dialect);
    if (!counts) this.dialects.set(dialect, (counts = {}));
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const own = this.#countsOf(row.subscription);
    own[outcome] = (own[outcome] ?? 0) + 1;
    if (outcome === 'cancelled' || outcome === 'expired') add(this.givenUp, reasonOf(row));
  }

  #countsOf(subscription: number): OutcomeCounts {
    const known = this.subscriptions.get(subscription);
    if (known) return known;
    if (this.subscriptions.size >= this.#most) return this.otherSubscriptions;
    const counts: OutcomeCounts = {};
    this.subscriptions.set(subscription, counts);
    return counts;
  }

  /** Gives the places of those that are no more to others. */
  forget(isThere: (subscription: number) => boolean): void {
    for (const number of this.subscriptions.keys()) if (!isThere(number)) this.subscriptions.delete(number);
  }
}

/** `2xx` to `5xx`, else why no answer came: `timeout`, `dns`, `stopped` … */
function resultOf({ verdict, outcome }: AttemptReport): string {
  if (verdict.status > 0) return `${Math.floor(verdict.status / 100)}xx`;
  if (outcome === 'stopped') return 'stopped';
  return failureOf(verdict.detail);
}

/** The code a detail begins with. */
export function failureOf(detail: string | null): string {
  const code = /^[a-z_]{2,30}(?=: |$)/.exec(detail ?? '')?.[0];
  return code ?? 'other';
}

function reasonOf({ detail, status, attempt }: AttemptRow): string {
  if (detail !== null && reasons.has(detail)) return detail;
  if (status === 410) return 'gone';
  return attempt > 0 ? 'attempts_used_up' : 'other';
}

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
