/** What the suites of the records' ports share. */
import { test } from 'node:test';
import type { Records } from '../../src/records/records.ts';

export interface RecordsUnderTest {
  /** The records as they are open now. */
  readonly records: () => Records;
  /** Closes them and opens what is stored again, or at least forgets all that is remembered outside the store. */
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export type OpenRecords = () => Promise<RecordsUnderTest>;
export type WithRecords = (title: string, run: (under: RecordsUnderTest) => Promise<void>) => void;

/** A test that gets its own empty records. */
export function withRecords(open: OpenRecords): WithRecords {
  return (title, run) => {
    test(title, async () => {
      const under = await open();
      try {
        await run(under);
      } finally {
        await under.close();
      }
    });
  };
}

/** Texts that stores have been known to change. */
export const oddTexts = [
  'é😀漢',
  'nul\u0000nul',
  '\ud800',
  '\udfff\ud800',
  '"quoted"',
  '',
  ' ',
  "');--",
  '\ufffd',
  '%_',
];
