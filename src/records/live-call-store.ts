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

export interface LiveCallStore {
  load(): Promise<LiveCallMarks | null>;
  save(marks: LiveCallMarks): Promise<void>;
}
