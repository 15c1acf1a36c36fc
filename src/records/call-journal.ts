/**
 * CallJournal: one record for each call, and how far in the log it was kept. A record and the place are written in one
 * transaction, so that after a crash the journal goes on where its records end. Not in it: how a record is made of
 * events.
 *
 * Every driver passes `test/conformance/call-journal.ts`.
 */
import type { CallFilter } from '../model/call-filter.ts';
import type { CallRecord } from '../model/call-record.ts';
import type { Access } from '../model/scope.ts';

export interface CallKey {
  readonly domain: string;
  readonly callId: string;
}

export interface JournalPlace {
  /** All events of this log up to the sequence are in the records. */
  readonly log: string;
  readonly seq: number;
}

/** Where a call stands among others, newest first. */
export interface CallPosition {
  /** Milliseconds. */
  readonly startedAt: number;
  readonly row: number;
}

export interface CallQuery extends CallFilter {
  /** Only what lies within it, or took part in. */
  readonly access: Access;
  /** Milliseconds: started at or after, and before. */
  readonly since?: number;
  readonly until?: number;
  readonly before?: CallPosition;
  readonly limit: number;
}

export interface CallPage {
  /** The one that started last, first. */
  readonly calls: readonly CallRecord[];
  /** Pass as `before` for the next page; null at the end. A page may be short, even empty, while there is one. */
  readonly next: CallPosition | null;
}

export interface CallJournal {
  /** Null: nothing was kept yet, or no record is left; the log is to be read from its beginning. */
  place(): Promise<JournalPlace | null>;
  /** The records of these calls as they stand, in the same order; null where there is none. */
  records(keys: readonly CallKey[]): Promise<readonly (CallRecord | null)[]>;
  /** New or replaced, and the place, in one transaction. */
  write(records: readonly CallRecord[], place: JournalPlace): Promise<void>;
  /** The log was replaced: records stay, but nothing is known of where their events are. */
  forgetSequences(): Promise<void>;
  search(query: CallQuery): Promise<CallPage>;
  /** The newest call of that id that `access` covers. */
  find(access: Access, callId: string): Promise<CallRecord | null>;
  /** Drops calls that started before this (milliseconds), at most `limit`; call again while `more`. */
  trim(request: { readonly startedBefore: number; readonly limit: number }): Promise<{ more: boolean }>;
}
