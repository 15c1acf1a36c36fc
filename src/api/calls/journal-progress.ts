/** How far the journal of calls has come. */
export interface JournalProgress {
  /** Resolves when all that is in the log by now is in it, or after so many milliseconds. */
  caughtUp(mostMs: number): Promise<void>;
  /** Events it has not read yet. */
  behind(): number;
}
