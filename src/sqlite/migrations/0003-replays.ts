import type { Migration } from './migration.ts';

/**
 * Replays, and deliveries that belong to one: 0 is the live lane's. The attempt's column stands last and 0 takes no
 * more than its byte in the record's header, so what was written before stays as it is.
 */
export const replays: Migration = {
  number: 3,
  name: 'replays',
  sql: `
    ALTER TABLE attempts ADD COLUMN replay INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE parked_anew (
      subscription INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      replay INTEGER NOT NULL,
      endpoint INTEGER NOT NULL,
      batch INTEGER NOT NULL,
      order_key TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      due_at INTEGER,
      PRIMARY KEY (subscription, seq, replay)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO parked_anew
      SELECT subscription, seq, 0, endpoint, batch, order_key, attempts, due_at FROM parked;
    DROP TABLE parked;
    ALTER TABLE parked_anew RENAME TO parked;

    CREATE TABLE replays (
      number INTEGER PRIMARY KEY,
      body TEXT NOT NULL,
      state TEXT NOT NULL,
      reason TEXT,
      cursor INTEGER NOT NULL,
      settled_above TEXT NOT NULL,
      missed TEXT NOT NULL,
      started_at INTEGER,
      ended_at INTEGER,
      delivered INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      cancelled INTEGER NOT NULL DEFAULT 0,
      expired INTEGER NOT NULL DEFAULT 0,
      not_encoded INTEGER NOT NULL DEFAULT 0,
      skipped INTEGER NOT NULL DEFAULT 0
    ) STRICT;
  `,
};
