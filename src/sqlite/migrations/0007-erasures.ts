import type { Migration } from './migration.ts';

/**
 * Erasures of a person's number: what was ordered, how far it has come and, until it is done, the number itself.
 * `erased_events` are those whose text differs from what their source sent; `scrub` takes up free pages while these are
 * overwritten, and is empty otherwise.
 */
export const erasures: Migration = {
  number: 7,
  name: 'erasures',
  sql: `
    CREATE TABLE erasures (
      number INTEGER PRIMARY KEY,
      body TEXT NOT NULL,
      progress TEXT NOT NULL,
      target TEXT
    ) STRICT;

    CREATE TABLE erased_events (seq INTEGER PRIMARY KEY) STRICT;

    CREATE TABLE scrub (piece INTEGER PRIMARY KEY, zeros BLOB NOT NULL) STRICT;
  `,
};
