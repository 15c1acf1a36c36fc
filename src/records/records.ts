import type { AttemptQueries } from './attempt-queries.ts';
import type { AuditStore } from './audit-store.ts';
import type { CallJournal } from './call-journal.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { ErasureStore } from './erasure-store.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import type { LiveCallStore } from './live-call-store.ts';
import type { Outbox } from './outbox.ts';
import type { ReplayStore } from './replay-store.ts';
import type { SettingsStore } from './settings-store.ts';
import type { SourceStore } from './source-store.ts';
import type { SubscriptionStore } from './subscription-store.ts';
import type { TokenStore } from './token-store.ts';

/** All that is kept beside the log: one narrow port for each who uses it. A driver brings all of them. */
export interface Records {
  readonly delivery: DeliveryStore;
  readonly attempts: AttemptQueries;
  readonly subscriptions: SubscriptionStore;
  readonly replays: ReplayStore;
  readonly liveCalls: LiveCallStore;
  readonly settings: SettingsStore;
  readonly idempotency: IdempotencyStore;
  readonly tokens: TokenStore;
  readonly sources: SourceStore;
  readonly directory: DirectoryStore;
  readonly audit: AuditStore;
  readonly outbox: Outbox;
  readonly calls: CallJournal;
  readonly erasures: ErasureStore;
}
