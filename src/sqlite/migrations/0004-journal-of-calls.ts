import type { Migration } from './migration.ts';

/**
 * One row for each call, and for each of the things it is searched by (number, extension, user, outcome, domain) one
 * short entry, in order of the time. So a search costs as much as its page, however many calls there are.
 */
export const journalOfCalls: Migration = {
  number: 4,
  name: 'journal of calls',
  sql: `
    CREATE TABLE calls (
      row INTEGER PRIMARY KEY,
      domain INTEGER NOT NULL,
      reseller INTEGER NOT NULL,
      call_id TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      direction TEXT NOT NULL,
      outcome TEXT,
      body TEXT NOT NULL,
      UNIQUE (call_id, domain)
    ) STRICT;

    CREATE TABLE call_keys (
      key TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      call INTEGER NOT NULL,
      PRIMARY KEY (key, started_at, call)
    ) STRICT, WITHOUT ROWID;
  `,
};
