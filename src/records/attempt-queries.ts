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
    readonly before?: number;
    readonly limit: number;
  }): Promise<AttemptPage>;
  parked(request: {
    readonly subscriptions: readonly number[] | null;
    readonly limit: number;
  }): Promise<readonly ParkedRow[]>;
  counters(subscriptions: readonly number[]): Promise<readonly Counters[]>;
  /** Drops attempts started before this, at most `limit`; call again while `more`. */
  trimAttempts(request: { readonly startedBefore: number; readonly limit: number }): Promise<{ more: boolean }>;
}
