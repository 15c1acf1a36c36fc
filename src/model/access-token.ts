import type { Access, AccessKind } from './scope.ts';

/** A token as it is kept: enough to know it again, not enough to use it. */
export interface AccessToken {
  /** Public: part of the token itself, and what it is called in lists, in the audit and as a source of events. */
  readonly id: string;
  /** Grows with each; for paging. */
  readonly number: number;
  readonly kind: AccessKind;
  /** What it opens; `*` is all of a level. */
  readonly scope: Omit<Access, 'owned'>;
  readonly name: string;
  readonly notes: string;
  /** SHA-256 of the whole token. */
  readonly hash: string;
  /** The token before the last rotation, valid until then (milliseconds). */
  readonly previous: { readonly hash: string; readonly until: number } | null;
  /** Milliseconds; null: never. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  /** Name of who made it. */
  readonly createdBy: string;
  readonly rotatedAt: number | null;
}
