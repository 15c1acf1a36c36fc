import { readFile } from 'node:fs/promises';
import type { LiveCalls } from '../api/calls/live-calls.ts';
import type { LivePeople } from '../api/extensions/live-people.ts';
import type { ConnectorState } from '../api/connectors/routes.ts';
import type { ApiOptions, HealthCheck } from '../api/deps.ts';
import type { Tracing } from '../api/tracing.ts';
import { type Api, createApi } from '../api/server.ts';
import type { Reports } from '../calls/reports.ts';
import type { Journalist } from '../calls/journal/index.ts';
import type { Config } from '../config/schema.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Delivery } from '../delivery/management.ts';
import type { AddressGuard } from '../delivery/sender/address-guard.ts';
import type { ErasureManager } from '../erasure/management.ts';
import type { Inbox } from '../delivery/inbox/inbox.ts';
import { dialects, facades } from '../dialects/registry.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { Base } from './base.ts';
import { checkTokens } from './make-tenants.ts';
import type { AppMetrics } from './metrics/app-metrics.ts';
import { recordingFolders } from './recording-folders.ts';
import type { Store } from './store.ts';

interface ApiParts extends Store {
  readonly delivery: Delivery;
  readonly guard: AddressGuard;
  readonly tenants: Tenants;
  readonly inbox: Inbox;
  readonly live: LiveCalls;
  readonly people: LivePeople;
  readonly journal: Journalist;
  readonly reports: Reports;
  readonly erasures: ErasureManager;
  readonly connectors: readonly Connector[];
  readonly metrics: AppMetrics;
  readonly tracing: Tracing | undefined;
  readonly health: readonly HealthCheck[];
  readonly version: string;
  readonly serverName: string;
}

/** Made, but not listening. */
export async function makeApi({ clock, logger, config }: Base, deps: ApiParts): Promise<Api> {
  const {
    log,
    records,
    token,
    delivery,
    guard,
    tenants,
    inbox,
    live,
    people,
    journal,
    reports,
    erasures,
    metrics,
    health,
    version,
    serverName,
  } = deps;
  const { domain, country } = config.defaults;
  return createApi(
    {
      clock,
      logger,
      version,
      log,
      delivery,
      guard,
      tenants,
      inbox,
      live,
      people,
      calls: records.calls,
      journal,
      reports,
      reportCounts: metrics.reports,
      erasures,
      dialects,
      facades,
      health,
      serverName,
      attempts: records.attempts,
      idempotency: records.idempotency,
      connectors: () => statesOf(config, deps.connectors),
      registration: (id) => deps.connectors.find((one) => one.id === id)?.registration ?? null,
      commands: (id) => deps.connectors.find((one) => one.id === id)?.commands ?? null,
      recordings: recordingFolders(config.connectors),
      remoteRecordings: (id) => deps.connectors.find((one) => one.id === id)?.recordings ?? null,
      audit: records.audit,
      checkToken: checkTokens(token.check, tenants),
      metrics: metrics.registry,
      eventCounts: metrics.events,
      tracing: deps.tracing,
      defaults: { reseller: 'default', domain, country, timeoutMs: config.delivery.timeoutMs },
    },
    await optionsOf(config),
  );
}

async function optionsOf({ server }: Config): Promise<ApiOptions> {
  const { host, port, trustedProxies, maxBodyBytes, bodyMemoryBytes, maxConnections, maxStreams } = server;
  const { cert, key } = server.tls;
  const tls =
    cert === null || key === null ? null : { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  return { host, port, tls, trustedProxies, maxBodyBytes, bodyMemoryBytes, maxConnections, maxStreams };
}

function statesOf(config: Config, connectors: readonly Connector[]): ConnectorState[] {
  return connectors.map((connector) => {
    const { id, kind } = connector;
    const { state, since, problem } = connector.status();
    const own = config.connectors.find((one) => one.id === id);
    const domain = own?.domain ?? config.defaults.domain;
    const { notUnderstood } = connector.figures();
    const registration = connector.registration?.state() ?? null;
    return {
      id,
      kind,
      reseller: own?.reseller ?? 'default',
      domain,
      state,
      since,
      problem,
      notUnderstood,
      registration,
    };
  });
}
