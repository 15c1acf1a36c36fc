import type { AttemptRow, ParkedRow } from './delivery-store.ts';

/** Reading what became of deliveries. Access is decided above, by the subscriptions the caller may see. */
export interface StoredAttempt extends AttemptRow {
  readonly row: number;
}

export interface AttemptPage {
  /** Newest first. */
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
    readonly seq?: number;
    readonly outcome?: AttemptRow['outcome'];
    /** Only of this replay; 0: only of live lanes. */
    readonly replay?: number;
    readonly before?: number;
    readonly limit: number;
  }): Promise<AttemptPage>;
  /**
   * One delivery: null where there is no trace of it. It is found by a time before its first attempt, when its event was
   * accepted or its replay began (milliseconds; null: not known), since attempts have no index: they lie behind it.
   */
  delivery(request: {
    readonly subscription: number;
    readonly seq: number;
    readonly replay: number;
    readonly notBefore: number | null;
  }): Promise<DeliveryHistory | null>;
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
