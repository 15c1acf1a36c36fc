import type { Migration } from './migration.ts';

/** Who there is, their tokens, who changed what, and what Offhook itself has still to say to the log. */
export const tenantsAndAudit: Migration = {
  number: 2,
  name: 'tenants and audit',
  sql: `
    CREATE TABLE domains (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE extensions (
      id INTEGER PRIMARY KEY,
      domain TEXT NOT NULL,
      number TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (domain, number)
    ) STRICT;

    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      domain TEXT NOT NULL,
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (domain, name)
    ) STRICT;

    CREATE TABLE tokens (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL,
      last_used_at INTEGER
    ) STRICT;

    CREATE TABLE audit (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      reseller TEXT NOT NULL,
      domain TEXT NOT NULL,
      user TEXT NOT NULL,
      extension TEXT NOT NULL,
      action TEXT NOT NULL,
      object TEXT NOT NULL,
      object_id TEXT NOT NULL,
      author TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE outbox (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      event TEXT NOT NULL
    ) STRICT;
  `,
};
