/**
 * Who is told of every attempt: metrics, log lines, traces. Delivery knows none of them.
 *
 * Both are called on the hot path, once an attempt, in the turn in which it ended: they must be cheap and must not throw.
 * Nothing in what they are given may be changed or kept for long, since events are in it.
 */
import type { Event } from '../model/event.ts';
import type { AttemptRow } from '../records/delivery-store.ts';
import type { Endpoint, Subscription } from '../subscriptions/subscription.ts';
import type { Verdict } from './lane/unit.ts';
import type { BreakerState } from './management.ts';

/** One turn of a unit: a request, or what made one needless. */
export interface AttemptReport {
  readonly endpoint: Endpoint;
  /** As it is now; undefined: it is no more. */
  readonly subscription: Subscription | undefined;
  readonly subscriptionNumber: number;
  /** What it carried, in sequence order; null where retention took it, empty where nothing could be read. */
  readonly events: readonly (Event | null)[];
  /** Of the first event: with the subscription's number it is the delivery's id. */
  readonly seq: number;
  readonly size: number;
  /** 1 for the first try; of one that took no request, those made before. */
  readonly attempt: number;
  readonly verdict: Verdict;
  /** What is remembered of it: `cancelled` where a failure was the last one. `stopped`: it is sent again after a restart. */
  readonly outcome: Verdict['outcome'];
  /** Milliseconds until the next attempt; null: there is none. */
  readonly retryInMs: number | null;
  /** After it. */
  readonly breaker: BreakerState;
  readonly parked: number;
  /** Number of the replay it belongs to; null: of the live lane. */
  readonly replay: number | null;
}

export interface AttemptObserver {
  /** A unit's turn ended. */
  attempted(report: AttemptReport): void;
  /** A row of the account of attempts, one for each delivery; those settled without a turn are here alone. */
  recorded(row: AttemptRow, subscription: Subscription | undefined): void;
}
