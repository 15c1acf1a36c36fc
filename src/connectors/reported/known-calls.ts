import type { KnownCall } from '../../calls/reported/book.ts';
import type { Reporter } from '../../calls/reports.ts';

/** Calls that are known from before: from the log, through the live view and the journal. */
export interface KnownCalls {
  /** Whose calls go on. */
  reporters(): readonly Reporter[];
  /** The calls that go on. */
  open(reporter: Reporter): readonly KnownCall[];
  /** A call of the reporter's, ended or not. */
  find(reporter: Reporter, callId: string): Promise<KnownCall | null>;
}
