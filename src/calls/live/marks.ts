/**
 * Where the calls of the live view stand in the log: enough to find them again after a restart without reading all of
 * it. The same shape as the records' `LiveCallMarks`, which keep it.
 */
export interface CallMark {
  readonly domain: string;
  readonly callId: string;
  /** Sequence of the last event of the call, and of the last event of each of its legs. */
  readonly seq: number;
  readonly legs: Readonly<Record<string, number>>;
}

export interface Marks {
  readonly log: string;
  readonly cursor: number;
  readonly calls: readonly CallMark[];
}
