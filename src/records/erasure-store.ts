/**
 * ErasureStore: what was ordered to be erased, how far it has come, and erasing it from the records a page at a time.
 * The number itself is kept no longer than it is looked for. Not in it: the log, which erases by itself.
 *
 * Every driver passes `test/conformance/erasure-store.ts`.
 */
import type { ErasedNumber } from '../model/erasure/erased-number.ts';
import type { Alongside } from './alongside.ts';

export const erasureStages = [
  'log',
  'deliveries',
  'outbox',
  'tail',
  'attempts',
  'counters',
  'calls',
  'audit',
  'answers',
  'freed',
  'remains',
  'disk',
] as const;
/** In the order they are gone through. */
export type ErasureStage = (typeof erasureStages)[number];

/** Kinds of records a number may be in. */
export const erasedRecords = ['outbox', 'attempts', 'counters', 'calls', 'audit', 'answers'] as const;
export type ErasedRecords = (typeof erasedRecords)[number];

/** What was asked for; it never changes. */
export interface ErasureOrder {
  readonly number: number;
  /** `*` is all of a level. */
  readonly scope: { readonly reseller: string; readonly domain: string };
  /** Events up to here are looked at, of this log. */
  readonly log: string;
  readonly upTo: number;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly author: { readonly id: string; readonly name: string };
}

/** How many of each it was erased from. */
export type ErasureCounts = Readonly<Record<'events' | ErasedRecords | 'inbox', number>> & {
  /** Events that name it where it has to stay, such as in an id. */
  readonly kept: number;
};

export const noErasures: ErasureCounts = {
  ...{ events: 0, outbox: 0, attempts: 0, counters: 0, calls: 0, audit: 0, answers: 0, inbox: 0, kept: 0 },
};

export interface ErasureProgress {
  /** Null: it is done. */
  readonly stage: ErasureStage | null;
  /** Everything of its stage up to here was looked at. */
  readonly cursor: number;
  /** Of the stage `tail`: events up to here. */
  readonly tailTo: number;
  readonly counts: ErasureCounts;
  /** Calls in progress that named it when it had looked at everything. */
  readonly liveCalls: number;
  /** Places on the disk that have it still, and could not be overwritten. */
  readonly remains: number;
  readonly endedAt: number | null;
}

export interface StoredErasure {
  readonly order: ErasureOrder;
  readonly progress: ErasureProgress;
  /** Ways to write the number; null once it is not looked for any more. */
  readonly spellings: readonly string[] | null;
}

/** What belongs to whom, where a record does not say it itself; null: all. */
export interface RecordOwners {
  readonly subscriptions: readonly number[] | null;
  readonly callers: readonly string[] | null;
}

export interface FindRecords {
  readonly of: ErasedRecords;
  readonly number: ErasedNumber;
  readonly scope: ErasureOrder['scope'];
  readonly owners: RecordOwners;
  readonly after: number;
}

export interface FoundRecords {
  readonly rows: readonly number[];
  /** Goes on after this row; null: there are no more. */
  readonly next: number | null;
}

/** Places on the disk where the number stands, and belongs to nothing. */
export interface FoundRemains {
  /** Opaque to all but the store. */
  readonly pages: readonly object[];
  /** Places that have the number in them where nobody can tell whether it belongs to something. */
  readonly unclear: number;
  /** Where to go on; null: that was all. */
  readonly next: number | null;
}

export interface ErasureStore {
  /** In order of their numbers. */
  load(): Promise<readonly StoredErasure[]>;
  /** Never given out before. */
  nextNumber(): Promise<number>;
  put(erasure: StoredErasure, alongside?: Alongside): Promise<void>;
  /** How far it has come. From the stage `disk` on its number is forgotten. */
  mark(number: number, progress: ErasureProgress): Promise<void>;
  remove(numbers: readonly number[]): Promise<void>;
  /** A page of the records that name the number. */
  find(request: FindRecords): Promise<FoundRecords>;
  /** Erases it from these. @returns from how many */
  erase(of: ErasedRecords, rows: readonly number[], number: ErasedNumber): Promise<number>;
  /** Overwrites a little of what was freed; call again while it says there is `more`. */
  scrub(): Promise<{ readonly more: boolean }>;
  /** Takes back all of the write-ahead log and empties its file. False: somebody reads from it; try again. */
  emptyWal(): Promise<boolean>;
  /** A part of the database's file, once the write-ahead log is empty: what moving of rows has left of the number there. */
  findRemains(number: ErasedNumber, from: number): Promise<FoundRemains>;
  /** Has it overwritten there, where that can be done. */
  overwrite(remains: FoundRemains['pages']): Promise<void>;
}
