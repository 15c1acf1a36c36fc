import type { AttemptRow, LaneDeliveryKey, ParkedRow } from './delivery-store.ts';

/** Reading what became of deliveries. Access is decided above, by the subscriptions the caller may see. */
export interface StoredAttempt extends AttemptRow {
  readonly row: number;
}

export interface AttemptPage {
  /** Newest first. A page may be short, even empty, while there is a next one. */
  readonly attempts: readonly StoredAttempt[];
  /** Pass as `before` for the next page; null at the end. */
  readonly next: number | null;
}

export interface DeliveryHistory {
  readonly parked: ParkedRow | null;
  /** Newest first; at most 500, which is every one that a plan may have, and its repeats after a crash. */
  readonly attempts: readonly StoredAttempt[];
}

export interface Counters {
  readonly subscription: number;
  readonly posts: number;
  readonly errors: number;
  readonly since: number;
  readonly lastSuccessAt: number | null;
  readonly lastErrorAt: number | null;
  readonly lastError: string | null;
}

export interface AttemptQueries {
  list(request: {
    /** Only these subscriptions; null: all. */
    readonly subscriptions: readonly number[] | null;
    /** Only on these events. */
    readonly seqs?: readonly number[];
    readonly outcome?: AttemptRow['outcome'];
    /** Only of this replay; 0: only of live lanes. */
    readonly replay?: number;
    /**
     * Only those that ended at or after, and before (milliseconds). They lie in the order in which they ended; where the
     * clock was set, what is near that may be missed.
     */
    readonly since?: number;
    readonly until?: number;
    readonly before?: number;
    readonly limit: number;
    /** For somebody who watches them as they come, not a search: what came is asked of those who delivered it. */
    readonly watching?: boolean;
  }): Promise<AttemptPage>;
  /** One delivery: null where there is no trace of it. */
  delivery(key: LaneDeliveryKey): Promise<DeliveryHistory | null>;
  parked(request: {
    readonly subscriptions: readonly number[] | null;
    readonly limit: number;
  }): Promise<readonly ParkedRow[]>;
  counters(subscriptions: readonly number[]): Promise<readonly Counters[]>;
  /**
   * Drops attempts started before this, at most `limit`, in the order they ended; call again while `more`. One that says
   * it started later than `now` holds nothing up, as in the log.
   */
  trimAttempts(request: {
    readonly startedBefore: number;
    readonly now: number;
    readonly limit: number;
  }): Promise<{ more: boolean }>;
}
