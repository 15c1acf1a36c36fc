import type { Migration } from './migration.ts';

/**
 * What searches need to cost as much as their page.
 *
 * Where attempts of an event and of a subscription lie is kept for blocks of rows, not for each (see
 * `records/sqlite/attempt-marks.ts`): an entry for each in an index by sequence made an event and its delivery cost 6 %
 * more bytes in batches of 100, and 18 % alone. Outcomes that somebody looks for are rare: of what was delivered, and of
 * what a dialect has no word for, nothing is entered.
 *
 * Numbers are entered by their first four and their first seven digits, with what follows, in order of the time:
 * thousands of numbers that begin alike are then one row of calls.
 */
export const search: Migration = {
  number: 5,
  name: 'search',
  sql: `
    CREATE INDEX attempts_by_outcome ON attempts (outcome) WHERE outcome > 0 AND outcome < 5;

    CREATE TABLE attempt_marks (
      bucket INTEGER NOT NULL,
      block INTEGER NOT NULL,
      PRIMARY KEY (bucket, block)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO attempt_marks SELECT DISTINCT seq / 256, row / 256 FROM attempts ORDER BY 1, 2;

    CREATE TABLE attempt_subscriptions (
      block INTEGER NOT NULL,
      subscription INTEGER NOT NULL,
      PRIMARY KEY (block, subscription)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO attempt_subscriptions SELECT DISTINCT row / 65536, subscription FROM attempts ORDER BY 1, 2;

    CREATE TABLE call_beginnings (
      beginning TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      call INTEGER NOT NULL,
      rest TEXT NOT NULL,
      domain INTEGER NOT NULL,
      PRIMARY KEY (beginning, started_at, call, rest)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO call_beginnings
      SELECT substr(key, 2, 4), call_keys.started_at, call, substr(key, 6), domain
        FROM call_keys JOIN calls ON calls.row = call
        WHERE key >= 'n' AND key < 'o' AND key GLOB 'n[0-9][0-9][0-9][0-9]*'
      UNION ALL
      SELECT substr(key, 2, 7), call_keys.started_at, call, substr(key, 9), domain
        FROM call_keys JOIN calls ON calls.row = call
        WHERE key >= 'n' AND key < 'o' AND key GLOB 'n[0-9][0-9][0-9][0-9][0-9][0-9][0-9]*'
      ORDER BY 1, 2, 3, 4;
  `,
};
