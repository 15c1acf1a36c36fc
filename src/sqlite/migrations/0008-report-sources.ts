import type { Migration } from './migration.ts';

/** Ways in for other systems' notifications. */
export const reportSources: Migration = {
  number: 8,
  name: 'report sources',
  sql: `
    CREATE TABLE sources (
      number INTEGER PRIMARY KEY,
      body TEXT NOT NULL
    ) STRICT;
  `,
};
