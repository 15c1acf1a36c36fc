import type { Migration } from './migration.ts';

/**
 * Kept lean, because every event and every attempt pays for it: names are small numbers, the event's body is there
 * once, and the only secondary index of the hot tables is the one that makes appending idempotent. Ids that begin
 * with the time fall at its end; random ones would scatter over it and cost several times the bytes.
 */
export const logAndRecords: Migration = {
  number: 1,
  name: 'log and records',
  sql: `
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

    CREATE TABLE events (
      seq INTEGER PRIMARY KEY,
      accepted_at INTEGER NOT NULL,
      connector INTEGER NOT NULL,
      domain INTEGER NOT NULL,
      id TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_id ON events (id);

    CREATE TABLE attempts (
      row INTEGER PRIMARY KEY,
      subscription INTEGER NOT NULL,
      endpoint INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      batch INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      outcome INTEGER NOT NULL,
      status INTEGER NOT NULL,
      started_at INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL,
      detail TEXT
    ) STRICT;

    CREATE TABLE parked (
      subscription INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      endpoint INTEGER NOT NULL,
      batch INTEGER NOT NULL,
      order_key TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      due_at INTEGER,
      PRIMARY KEY (subscription, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE lanes (
      endpoint INTEGER PRIMARY KEY,
      cursor INTEGER NOT NULL,
      settled_above TEXT NOT NULL
    ) STRICT;

    CREATE TABLE checkpoint (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      log TEXT NOT NULL,
      seq INTEGER NOT NULL,
      attempts INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE counters (
      subscription INTEGER PRIMARY KEY,
      posts INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      since INTEGER NOT NULL,
      last_success_at INTEGER,
      last_error_at INTEGER,
      last_error TEXT
    ) STRICT;

    CREATE TABLE subscriptions (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      endpoint INTEGER NOT NULL,
      body TEXT NOT NULL,
      secrets TEXT NOT NULL
    ) STRICT;

    CREATE TABLE endpoints (
      number INTEGER PRIMARY KEY,
      reseller TEXT NOT NULL,
      domain TEXT NOT NULL,
      key TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (reseller, domain, key)
    ) STRICT;

    CREATE TABLE live_calls (
      domain TEXT NOT NULL,
      call_id TEXT NOT NULL,
      seq INTEGER NOT NULL,
      legs TEXT NOT NULL,
      PRIMARY KEY (domain, call_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE answers (
      caller TEXT NOT NULL,
      key TEXT NOT NULL,
      request TEXT NOT NULL,
      status INTEGER NOT NULL,
      body TEXT NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (caller, key)
    ) STRICT;
    CREATE INDEX answers_by_time ON answers (at);
  `,
};
