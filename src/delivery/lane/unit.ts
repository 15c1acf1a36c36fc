import type { Event } from '../../model/event.ts';
import type { AttemptOutcome } from '../../records/delivery-store.ts';
import type { Gate } from './gate.ts';
import type { KeyQueue } from './key-queue.ts';
import type { Receiver } from './receiver.ts';

/** What shares an order key; most often a call. */
export type CallQueue = KeyQueue<Delivery, Unit>;

/** One event for one subscription, while its lane holds it. */
export interface Delivery {
  readonly subscription: number;
  readonly seq: number;
  /** Another one's once it has gone over to a side lane. */
  key: CallQueue;
  /** Monotonic milliseconds; how long it holds the checkpoint back is counted from here. */
  readonly offeredAt: number;
  /** Characters of its event's JSON; 0 where it is known from its row alone. */
  readonly size: number;
  /** Let go when it is parked: the log has it. */
  event: Event | null;
  /** Nothing is left to do before the checkpoint may pass it: done, given up, or durably parked. */
  settled: boolean;
}

/** What goes out in one request: one delivery, or a batch that was fixed at its first attempt. */
export interface Unit {
  readonly subscription: number;
  readonly deliveries: readonly Delivery[];
  /** Attempts made so far. */
  attempts: number;
  /** Monotonic time of the next attempt while parked. */
  dueAt: number;
  parked: boolean;
  inFlight: boolean;
  /** Under way while its receiver's breaker is open. */
  probe: boolean;
  /** Number of the replay it is a part of, once it was under way; 0: none. */
  replay: number;
  /** Whom it went to, while it is under way. */
  receiver: Receiver | null;
  /** What it is counted at while it is under way. */
  gate: Gate | null;
}

/** A delivery that is to be listed as cancelled. */
export interface GivenUp {
  readonly subscription: number;
  readonly seq: number;
  readonly batch: number;
  readonly attempts: number;
  /** It has a row. */
  readonly parked: boolean;
  readonly orderKey: string;
  /** Monotonic time of its next attempt; null where it waits for another, or has not been tried. */
  readonly dueAt: number | null;
  /** Where it is held as such. */
  readonly delivery: Delivery | null;
}

/** What became of an attempt, in the lane's terms. */
export interface Verdict {
  /** `stopped`: the process is ending, nothing is known; it will be sent again after the restart. */
  readonly outcome: AttemptOutcome | 'stopped';
  /** Whether a request went out: only then does it count for the breaker and as an attempt. */
  readonly requested: boolean;
  readonly status: number;
  readonly detail: string | null;
  readonly retryAfterMs: number | null;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** It failed since a token endpoint won't have the subscription's credentials: the receiver was not asked. */
  readonly credentialsRefused?: boolean;
}

export function firstSeq(unit: Unit): number {
  return (unit.deliveries[0] as Delivery).seq;
}

export function newUnit(deliveries: readonly Delivery[]): Unit {
  const { subscription } = deliveries[0] as Delivery;
  return {
    subscription,
    deliveries,
    attempts: 0,
    dueAt: 0,
    parked: false,
    inFlight: false,
    probe: false,
    replay: 0,
    receiver: null,
    gate: null,
  };
}

/** Each of its keys once. */
export function keysOf(unit: Unit): readonly CallQueue[] {
  if (unit.deliveries.length === 1) return [(unit.deliveries[0] as Delivery).key];
  return [...new Set(unit.deliveries.map(({ key }) => key))];
}
