import type { CallRecord } from '../../model/call-record.ts';

/** How far the journal of calls has come. */
export interface JournalProgress {
  /**
   * Resolves when all that is in the log by now is in it, or after so many milliseconds.
   * @param matters only calls like these need be there as they are now
   */
  caughtUp(mostMs: number, matters?: (record: CallRecord) => boolean): Promise<void>;
  /** Events it has not read yet. */
  behind(): number;
}
