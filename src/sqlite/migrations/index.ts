import { logAndRecords } from './0001-log-and-records.ts';
import { tenantsAndAudit } from './0002-tenants-and-audit.ts';
import { replays } from './0003-replays.ts';
import { journalOfCalls } from './0004-journal-of-calls.ts';
import { search } from './0005-search.ts';
import { attemptsOfSubscriptions } from './0006-attempts-of-subscriptions.ts';
import { erasures } from './0007-erasures.ts';
import { reportSources } from './0008-report-sources.ts';
import type { Migration } from './migration.ts';

/** Forward only: a migration that was released is never changed, the next one corrects it. */
export const migrations: readonly Migration[] = [
  logAndRecords,
  tenantsAndAudit,
  replays,
  journalOfCalls,
  search,
  attemptsOfSubscriptions,
  erasures,
  reportSources,
];

export const newestSchema = migrations.at(-1)?.number ?? 0;
