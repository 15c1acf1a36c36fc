/** The API over real delivery, a log and records in memory, without a socket: requests are injected. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Registry } from 'prom-client';
import type { LiveCalls } from '../../src/api/calls/live-calls.ts';
import { type LiveCall, LivePeople } from '../../src/calls/live/index.ts';
import type { ApiDeps, ApiOptions } from '../../src/api/deps.ts';
import { EventCounts } from '../../src/api/metrics/event-counts.ts';
import { ReportCounts } from '../../src/api/metrics/report-counts.ts';
import { type Api, createApi } from '../../src/api/server.ts';
import { administrator } from '../../src/api/auth/caller.ts';
import { makeErasures } from '../../src/app/erasure/make-erasures.ts';
import { checkTokens } from '../../src/app/make-tenants.ts';
import { scopedSubscriptions } from '../../src/app/scoped-subscriptions.ts';
import { createJournalist } from '../../src/calls/journal/index.ts';
import { createDelivery } from '../../src/delivery/create-delivery.ts';
import { createMemoryInbox } from '../../src/delivery/inbox/memory-inbox.ts';
import { createAddressGuard } from '../../src/delivery/sender/address-guard.ts';
import type { Sender } from '../../src/delivery/sender/sender.ts';
import { createUndiciSender } from '../../src/delivery/sender/undici-sender.ts';
import { dialects, facades } from '../../src/dialects/registry.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { seededRandom } from '../../src/kit/random.ts';
import { type Announcer, createAnnouncer } from '../../src/log/announcer.ts';
import { createMemoryEventLog } from '../../src/log/memory/event-log.ts';
import type { Records } from '../../src/records/records.ts';
import { openMemoryRecords } from '../../src/records/sqlite/records.ts';
import { openTenants } from '../../src/tenants/tenants.ts';

export const adminToken = 'the-token-of-the-administrator';

export interface ApiWorld {
  readonly api: Api;
  readonly deps: ApiDeps;
  /** Appends what Offhook itself has to say. */
  readonly announcer: Announcer;
  readonly records: Records;
  /** Calls that the live view shows; a test puts them there. */
  readonly calls: LiveCall[];
  /** A request with the administrator's token. */
  ask(options: InjectOptions & { readonly url: string }): Promise<LightMyRequestResponse>;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  stop(): Promise<void>;
}

export async function createApiWorld(
  changes: { readonly deps?: Partial<ApiDeps>; readonly options?: Partial<ApiOptions>; readonly sender?: Sender } = {},
): Promise<ApiWorld> {
  const clock = changes.deps?.clock ?? systemClock;
  const log = changes.deps?.log ?? createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const records = await openMemoryRecords();
  const inbox = createMemoryInbox({ clock });
  const sender =
    changes.sender ?? createUndiciSender({ clock, inbox, guard: createAddressGuard({ allowNetworks: [] }) });
  const tenants = await openTenants({
    clock,
    logger: silentLogger,
    tokens: records.tokens,
    directory: records.directory,
    sources: records.sources,
    subscriptions: scopedSubscriptions(() => delivery.subscriptions),
    grantKey: Buffer.alloc(32, 'a key of the tests'),
    sourceKeys: [Buffer.alloc(32, 'another key of the tests')],
  });
  const announcer = createAnnouncer({ clock, logger: silentLogger, log, outbox: records.outbox });
  const delivery = createDelivery({
    usersOf: (domain, extension) => tenants.usersOf(domain, extension),
    eventLimit: (domain, extension) => tenants.eventLimit(domain, extension),
    clock,
    log,
    sender,
    logger: silentLogger,
    random: seededRandom(1),
    store: records.delivery,
    replays: records.replays,
    subscriptions: records.subscriptions,
    directory: tenants.directory,
    dialect: (name) => (changes.deps?.dialects ?? dialects).find((dialect) => dialect.name === name),
    retentionMs: 7 * 86_400_000,
  });
  await delivery.start();
  await announcer.start();
  const calls: LiveCall[] = [];
  const people = new LivePeople(log.id);
  log.onAppended((events) => people.apply(events));
  const journal = createJournalist({ clock, logger: silentLogger, log, journal: records.calls });
  await journal.start();
  const erasures = makeErasures(
    { clock, logger: silentLogger },
    {
      ...{ log, records, delivery, tenants, announcer, journal, inbox },
      teller: { told: () => Promise.resolve() },
      live: {
        holding: () => [],
        replace: () => {},
        *texts() {
          for (const { call } of calls) if (call.state !== 'ended') yield JSON.stringify(call);
        },
      },
    },
  );
  await erasures.start();
  const deps: ApiDeps = {
    erasures,
    clock,
    logger: silentLogger,
    version: '0.0.0',
    log,
    delivery,
    guard: createAddressGuard({ allowNetworks: [], allowedFor: (domain) => tenants.allowedNetworks(domain) }),
    inbox,
    dialects,
    facades,
    attempts: records.attempts,
    idempotency: records.idempotency,
    live: liveOf(calls),
    people,
    calls: records.calls,
    journal,
    connectors: () => [],
    registration: () => null,
    commands: () => null,
    recordings: () => null,
    remoteRecordings: () => null,
    tenants,
    audit: records.audit,
    checkToken: checkTokens((token) => (token === adminToken ? administrator : null), tenants),
    health: [],
    metrics: new Registry(),
    eventCounts: new EventCounts(),
    reports: { take: async () => 'busy' },
    reportCounts: new ReportCounts(),
    defaults: { reseller: 'default', domain: 'default', country: 'US', timeoutMs: 10_000 },
    serverName: 'test',
    ...changes.deps,
  };
  const api = createApi(deps, { ...usualOptions, ...changes.options });
  await api.app.ready();
  const ask: ApiWorld['ask'] = (options) =>
    api.app.inject({ ...options, headers: { authorization: `Bearer ${adminToken}`, ...options.headers } });
  return {
    api,
    deps,
    announcer,
    records,
    calls,
    ask,
    post: (url, body, headers = {}) =>
      ask({
        method: 'POST',
        url,
        payload: body as object,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    stop: async () => {
      await api.stop();
      await erasures.stop();
      await announcer.stop();
      await journal.stop();
      await delivery.stop();
      await sender.close();
      await records.close();
    },
  };
}

const usualOptions: ApiOptions = {
  host: '127.0.0.1',
  port: 0,
  tls: null,
  trustedProxies: [],
  maxBodyBytes: 8_000_000,
  bodyMemoryBytes: 256_000_000,
  maxConnections: 1_000,
  maxStreams: 10,
};

function liveOf(calls: readonly LiveCall[]): LiveCalls {
  return {
    inProgress: () => calls.filter(({ call }) => call.state !== 'ended'),
    find: (_access, id) => calls.find(({ call }) => call.id === id) ?? null,
  };
}
