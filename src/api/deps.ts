/** What the API stands on. It sees ports only; `app/` hands over what is behind them. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Inbox } from '../delivery/inbox/inbox.ts';
import type { Delivery } from '../delivery/management.ts';
import type { AddressGuard } from '../delivery/sender/address-guard.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Facade } from '../dialects/facade.ts';
import type { ErasureManager } from '../erasure/management.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Registration } from '../model/registration.ts';
import type { AttemptQueries } from '../records/attempt-queries.ts';
import type { AuditStore } from '../records/audit-store.ts';
import type { CallJournal } from '../records/call-journal.ts';
import type { IdempotencyStore } from '../records/idempotency-store.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { TokenCheck } from './auth/caller.ts';
import type { PhoneCommands } from '../calls/commands.ts';
import type { RecordingFiles, RemoteRecordings } from '../calls/recording-files.ts';
import type { LiveCalls } from './calls/live-calls.ts';
import type { LivePeople } from './extensions/live-people.ts';
import type { ReportCounts } from './metrics/report-counts.ts';
import type { Reports } from '../calls/reports.ts';
import type { JournalProgress } from './calls/journal-progress.ts';
import type { ConnectorState } from './connectors/routes.ts';
import type { EventCounts } from './metrics/event-counts.ts';
import type { Tracing } from './tracing.ts';

/** A part whose health `/readyz` tells: null when it works, else what is wrong in a few words. */
export interface HealthCheck {
  readonly name: string;
  /** A failing optional part is shown, and does not make the server unready. */
  readonly optional: boolean;
  readonly check: () => string | null | Promise<string | null>;
}

export interface ApiDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly log: EventLog;
  readonly delivery: Delivery;
  /** The sender's, to warn of what it will refuse. */
  readonly guard: AddressGuard;
  readonly attempts: AttemptQueries;
  readonly idempotency: IdempotencyStore;
  readonly dialects: readonly Dialect[];
  readonly facades: readonly Facade[];
  readonly live: LiveCalls;
  readonly people: LivePeople;
  readonly calls: Pick<CallJournal, 'search' | 'find'>;
  readonly journal: JournalProgress;
  readonly erasures: ErasureManager;
  readonly connectors: () => readonly ConnectorState[];
  /** What a phone system may be asked to do; null: nothing, or there is no such one. */
  readonly commands: (connector: string) => PhoneCommands | null;
  /** What keeps our registrations on a phone system; null: nothing, or there is no such one. */
  readonly registration: (connector: string) => Registration | null;
  /** Where the recordings of a phone system lie; null: that is not known, or there is no such one. */
  readonly recordings: (connector: string) => RecordingFiles | null;
  /** What fetches them from the phone system itself; null: nothing does, or there is no such one. */
  readonly remoteRecordings: (connector: string) => RemoteRecordings | null;
  /** Takes in what other phone systems report. */
  readonly reports: Reports;
  readonly reportCounts: ReportCounts;
  readonly inbox: Inbox;
  readonly tenants: Tenants;
  readonly audit: Pick<AuditStore, 'list' | 'write'>;
  readonly checkToken: TokenCheck;
  readonly health: readonly HealthCheck[];
  readonly metrics: Registry;
  readonly eventCounts: EventCounts;
  /** Where traces are asked for. */
  readonly tracing?: Tracing | undefined;
  /** What is taken where an event or subscription says nothing. */
  readonly defaults: {
    readonly reseller: string;
    readonly domain: string;
    readonly country: string;
    readonly timeoutMs: number;
  };
  /** Name of this server, shown as the one that delivers. */
  readonly serverName: string;
}

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly trustedProxies: readonly string[];
  readonly maxBodyBytes: number;
  readonly bodyMemoryBytes: number;
  readonly maxConnections: number;
  readonly maxStreams: number;
}

export type App = FastifyInstance;
