/** What the API needs of erasures. */
import type { Author } from '../model/audit.ts';
import type { Access } from '../model/scope.ts';
import type { ErasureOrder, ErasureProgress } from '../records/erasure-store.ts';

export interface ErasureRequest {
  /** The number, and further ways it is written. */
  readonly spellings: readonly string[];
  /** Null: all that the caller may see. */
  readonly domain: string | null;
}

export type ErasureRefusal =
  /** It is none of the caller's. */
  | { readonly kind: 'outside_scope' }
  /** Too many wait already, or too many of them look at once. */
  | { readonly kind: 'too_many' | 'busy' };

export interface ErasureView {
  readonly order: ErasureOrder;
  readonly progress: ErasureProgress;
  /** `queued`: another one is under way. */
  readonly state: 'queued' | 'running' | 'done';
  /** 0 to 1, roughly. */
  readonly share: number;
  /** Why it gets no further at this moment; null where it does. */
  readonly trouble: string | null;
}

/** What is no history, and keeps the number until somebody changes it. */
export interface NamedInConfiguration {
  /** Ids of extensions, with the number as their own, as DID or in their name. */
  readonly extensions: readonly number[];
  readonly users: readonly number[];
  /** Public numbers of subscriptions that name it in their name, notes, filter, address or options. */
  readonly subscriptions: readonly number[];
  /** Replays whose filter names it. */
  readonly replays: readonly number[];
}

/** What an erasure would find; nothing is changed. */
export interface ErasureDryRun {
  readonly found: Readonly<Record<'events' | 'calls' | 'attempts' | 'audit' | 'other', number>>;
  /** Further ways to write the number that stand in events beside it. */
  readonly spellings: readonly string[];
  /** Calls in progress that name it. */
  readonly liveCalls: number;
  readonly configuration: NamedInConfiguration;
  /** All was looked at; else the time did not suffice. */
  readonly complete: boolean;
}

export interface ErasureManager {
  /** Those of the caller's scope, newest first, below the given number. */
  list(access: Access, page: { readonly before: number; readonly limit: number }): readonly ErasureView[];
  get(access: Access, number: number): ErasureView | null;
  order(
    access: Access,
    request: ErasureRequest,
    author: Author,
  ): Promise<{ readonly erasure: ErasureView } | { readonly refusal: ErasureRefusal }>;
  /** Looks for a few seconds at most. */
  dryRun(
    access: Access,
    request: ErasureRequest,
  ): Promise<{ readonly result: ErasureDryRun } | { readonly refusal: ErasureRefusal }>;
  /** Lets go of those that ended before this (milliseconds). */
  forget(endedBefore: number): Promise<void>;
}
