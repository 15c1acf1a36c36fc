/**
 * Where the calls of the live view stand in the log: enough to find them again after a restart without reading all of
 * it. The same shapes as those of the records' `LiveCallStore`, which keeps them and knows nothing of calls.
 */
export interface CallMark {
  readonly domain: string;
  readonly callId: string;
  /** Sequence of the last event of the call. */
  readonly seq: number;
  /**
   * Of the last event of each of its legs, by the leg's id; and, by another name, of each that began what has not ended, and
   * of the one that tells how it stands where that is not the last.
   */
  readonly legs: Readonly<Record<string, number>>;
}

export interface Marks {
  readonly log: string;
  readonly cursor: number;
  readonly calls: readonly CallMark[];
}

/** What became of the marks since they were saved last. */
export interface MarkChanges {
  readonly log: string;
  readonly cursor: number;
  /** `put` is all there is; what was saved before no longer holds. */
  readonly whole: boolean;
  /** May be made while they are saved: one that is newer than `cursor` does no harm. */
  readonly put: Iterable<CallMark>;
  readonly gone: readonly Pick<CallMark, 'domain' | 'callId'>[];
}
