/** What the API needs of replays. */
import type { Author } from '../../model/audit.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { Access } from '../../model/scope.ts';
import type { ReplayMark } from '../../records/delivery-store.ts';
import type { ReplayCounts, ReplayOrder } from '../../records/replay-store.ts';

/** One end of a range: an event's sequence, or when it was accepted (milliseconds). */
export type RangeEnd = { readonly seq: number } | { readonly time: number };

export interface ReplayRequest {
  /** All subscriptions of the caller's that send to an endpoint, or one. */
  readonly of: { readonly subscription: string } | { readonly endpoint: number };
  /** The first event: this one, or the first that was accepted at this time or later. */
  readonly from: RangeEnd;
  /** The last event: this one, or the last that was accepted before this time; null: the newest there is. */
  readonly to: RangeEnd | null;
  /** Null: every type the subscriptions want. */
  readonly events: readonly EventType[] | null;
  readonly filter: string | null;
  /** Requests a second at most, of what the endpoint allows. */
  readonly ratePerSecond: number;
}

export type ReplayRefusal =
  | { readonly kind: 'subscription_not_found' | 'endpoint_not_found' | 'too_many' | 'busy' }
  /** There is nobody to deliver to. */
  | { readonly kind: 'disabled' }
  /** One of its subscriptions is in this replay already. */
  | { readonly kind: 'running'; readonly replay: number }
  | {
      readonly kind: 'filter';
      readonly message: string;
      readonly remedy: string;
      readonly more: Readonly<Record<string, unknown>>;
    };

/** How far it is, and how fast it goes. */
export interface ReplayView {
  readonly order: ReplayOrder;
  readonly mark: Omit<ReplayMark, 'settledAbove'>;
  readonly counts: ReplayCounts;
  /** Deliveries it has found that are not settled yet. */
  readonly open: number;
  /** Of these: those not tried yet, and those tried again or behind such. */
  readonly waiting: number;
  readonly parked: number;
  /** Requests under way. */
  readonly inFlight: number;
  /** 0 to 1: of the sequences of its range. */
  readonly share: number;
  /** Over the last half minute; null where it is not running, or not yet for long enough. */
  readonly eventsPerSecond: number | null;
  readonly deliveriesPerSecond: number | null;
  /** Milliseconds until its end at that speed; null where nobody can tell. */
  readonly remainingMs: number | null;
}

export interface DryRun {
  readonly from: number;
  readonly to: number;
  /** Deliveries it would make, of the events looked at. */
  readonly matched: number;
  /** Of these, how many are past their subscription's time limit. */
  readonly expired: number;
  /** Every event up to here was looked at. */
  readonly lookedUpTo: number;
  readonly missed: ReplayMark['missed'];
  /** Why there is none; null where there are some. */
  readonly leftOut: LeftOut | null;
}

/** Of the events looked at, those the caller may see, of which none is delivered: each once, by what stood in the way last. */
export interface LeftOut {
  /** Not within the scope of any of the subscriptions. */
  readonly scope: number;
  /** Of types that are not wanted. */
  readonly type: number;
  readonly filter: number;
}

export interface ReplayManager {
  /** Those of the caller's scope, newest first, below the given number. */
  list(
    access: Access,
    page: { readonly before: number; readonly limit: number; readonly state?: ReplayMark['state'] },
  ): readonly ReplayView[];
  get(access: Access, number: number): ReplayView | null;
  start(
    access: Access,
    request: ReplayRequest,
    author?: Author,
  ): Promise<{ readonly replay: ReplayView } | { readonly refusal: ReplayRefusal }>;
  /** Counts what it would deliver, for a few seconds at most. */
  dryRun(
    access: Access,
    request: ReplayRequest,
  ): Promise<{ readonly result: DryRun } | { readonly refusal: ReplayRefusal }>;
  /** Null: there is none in the caller's scope. `ended`: there was nothing to cancel any more. */
  cancel(
    access: Access,
    number: number,
    author?: Author,
  ): Promise<{ readonly replay: ReplayView; readonly ended: boolean } | null>;
  /** Lets go of those that ended before this (milliseconds), and of the oldest where a domain has very many. */
  forget(endedBefore: number): Promise<void>;
}
