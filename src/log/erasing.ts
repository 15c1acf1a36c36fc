/** What the log is asked to erase, a page at a time, and what it answers. */
import type { ErasedNumber } from '../model/erasure/erased-number.ts';

/** Whose events: `*` is all of a level. */
export interface ErasureScope {
  readonly reseller: string;
  readonly domain: string;
}

export interface EraseRequest {
  readonly number: ErasedNumber;
  readonly scope: ErasureScope;
  /** Events with a higher sequence than this, up to that one. */
  readonly after: number;
  readonly upTo: number;
  /** Only looks. */
  readonly dryRun?: boolean;
}

export interface ErasePage {
  /** Every event up to here was looked at. */
  readonly scannedTo: number;
  /** Sequences of those that named it; the number was erased from them unless it was only looked for. */
  readonly found: readonly number[];
  /** Those that name it where it has to stay, such as in an id. */
  readonly kept: number;
}
