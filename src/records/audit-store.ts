import type { AuditEntry } from '../model/audit.ts';
import type { Access } from '../model/scope.ts';
import type { Alongside } from './alongside.ts';

/**
 * AuditStore: who changed what. Entries are written with the change they tell of (`Alongside`); where that is kept
 * elsewhere, `write` is called right after it. They are never changed.
 *
 * Every driver passes `test/conformance/audit-store.ts`.
 */
export interface NumberedEntry extends AuditEntry {
  /** Grows with each; pass the last one of a page as `before`. */
  readonly number: number;
}

export interface AuditQuery {
  /** Only about what lies within it. */
  readonly access: Access;
  readonly object?: string;
  readonly objectId?: string;
  readonly action?: AuditEntry['action'];
  /** Id of the author. */
  readonly author?: string;
  readonly domain?: string;
  /** Milliseconds: at or after, and before. */
  readonly since?: number;
  readonly until?: number;
  readonly before?: number;
  readonly limit: number;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly NumberedEntry[];
  /** Pass as `before` for the next page; null at the end. A page may be short, even empty, while there is one. */
  readonly next: number | null;
}

export interface AuditStore {
  list(query: AuditQuery): Promise<AuditPage>;
  write(alongside: Alongside): Promise<void>;
  /**
   * Drops entries from before this (milliseconds), at most `limit`, in the order they were written and up to the first
   * that is younger; call again while `more`. One that says it is from later than `now` holds nothing up, as in the log.
   */
  trim(request: { readonly before: number; readonly now: number; readonly limit: number }): Promise<{ more: boolean }>;
}
