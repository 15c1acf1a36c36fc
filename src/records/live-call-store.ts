/**
 * Where the calls in progress stand in the log, so that a restart finds them without reading all of it: saved every
 * few seconds, and brought up to date by reading on after `cursor`.
 */
export interface LiveCallMark {
  readonly domain: string;
  readonly callId: string;
  /** Sequence of the last event of the call, and of the last event of each of its legs. */
  readonly seq: number;
  readonly legs: Readonly<Record<string, number>>;
}

export interface LiveCallMarks {
  readonly log: string;
  readonly cursor: number;
  readonly calls: readonly LiveCallMark[];
}

export interface LiveCallChanges {
  readonly log: string;
  readonly cursor: number;
  /** `put` is all there is; what was saved before no longer holds. */
  readonly whole: boolean;
  /** May be made while they are saved: one that is newer than `cursor` does no harm. */
  readonly put: Iterable<LiveCallMark>;
  readonly gone: readonly Pick<LiveCallMark, 'domain' | 'callId'>[];
}

export interface LiveCallStore {
  load(): Promise<LiveCallMarks | null>;
  /**
   * In pieces, so that nobody waits long for a busy PBX's thousands of calls. A crash in between leaves the former
   * cursor with some newer marks, from which reading on finds the same calls; or, where the former marks are of another
   * log or from beyond `cursor`, nothing.
   */
  save(changes: LiveCallChanges): Promise<void>;
}
