import type { CallRecord } from '../../model/call-record.ts';

/** What the journalist needs of the records' `CallJournal`, which knows nothing of how records are made. */
export interface JournalStore {
  place(): Promise<{ readonly log: string; readonly seq: number } | null>;
  records(
    keys: readonly { readonly domain: string; readonly callId: string }[],
  ): Promise<readonly (CallRecord | null)[]>;
  write(records: readonly CallRecord[], place: { readonly log: string; readonly seq: number }): Promise<void>;
  forgetSequences(): Promise<void>;
}
