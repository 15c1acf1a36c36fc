import type { EventType } from '../model/event-types/index.ts';
import type { SubscriptionScope } from '../subscriptions/subscription.ts';
import type { Alongside } from './alongside.ts';
import type { AttemptOutcome, ReplayMark } from './delivery-store.ts';

/**
 * ReplayStore: what was asked to be delivered again. Whoever runs replays holds them all; this port only makes them
 * durable. How far each has come is written with what it delivered (`DeliveryFlush.replays`).
 *
 * Every driver passes `test/conformance/replay-store.ts`.
 */
/** What was asked for; it never changes. */
export interface ReplayOrder {
  /** Public number. */
  readonly number: number;
  readonly endpoint: number;
  /** Those it is for; one alone where `of` is `subscription`. */
  readonly of: 'subscription' | 'endpoint';
  readonly subscriptions: readonly number[];
  /** Who may see it: the subscription's scope when it was made; of an endpoint, the endpoint's. */
  readonly scope: SubscriptionScope;
  readonly log: string;
  /** First and last sequence. */
  readonly from: number;
  readonly to: number;
  /** The times these were found by, where they were asked for by time; milliseconds. */
  readonly since: number | null;
  readonly until: number | null;
  /** Null: every type its subscriptions want. */
  readonly events: readonly EventType[] | null;
  /** On top of its subscriptions' own. */
  readonly filter: string | null;
  /** Requests a second at most. */
  readonly ratePerSecond: number;
  readonly createdAt: number;
  readonly author: { readonly id: string; readonly name: string };
}

export type ReplayCounts = Readonly<Record<AttemptOutcome, number>>;

export interface StoredReplay {
  readonly order: ReplayOrder;
  readonly mark: ReplayMark;
  /** Attempts by what became of them; all but `failed` settled a delivery. */
  readonly counts: ReplayCounts;
}

export interface ReplayStore {
  /** In order of their numbers. */
  load(): Promise<readonly StoredReplay[]>;
  /** Never given out before, not even to what was trimmed since. */
  nextNumber(): Promise<number>;
  /** A new one. */
  put(order: ReplayOrder, mark: ReplayMark, alongside?: Alongside): Promise<void>;
  /** It is `cancelling` from now on, unless it has ended; no mark makes it `running` again. */
  cancel(number: number, reason: string, alongside?: Alongside): Promise<void>;
  /** Drops these; their attempts stay until retention takes them. */
  remove(numbers: readonly number[]): Promise<void>;
}
