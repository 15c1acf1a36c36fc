import type { Migration } from './migration.ts';

/**
 * Where the attempts of a subscription lie: for each block of 16,384 rows that is full, one row for each subscription,
 * with the places of its attempts in the block, or without them where there are so many that the block is gone through.
 * It is made when a block becomes full, some 5 ms every 16,384 attempts, so that its rows lie in order of the time and an
 * attempt costs at most 6 bytes.
 */
export const attemptsOfSubscriptions: Migration = {
  number: 6,
  name: 'attempts of subscriptions',
  sql: `
    DROP TABLE attempt_subscriptions;
    CREATE TABLE attempt_subscriptions (
      block INTEGER NOT NULL,
      subscription INTEGER NOT NULL,
      places TEXT,
      PRIMARY KEY (block, subscription)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO attempt_subscriptions
      SELECT row / 16384, subscription, iif(count(*) > 512, NULL, json_group_array(row % 16384)) FROM attempts
      WHERE row / 16384 < (SELECT (max(row) + 1) / 16384 FROM attempts)
      GROUP BY 1, 2 ORDER BY 1, 2;
  `,
};
