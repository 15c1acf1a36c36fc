/**
 * The composition root: the only place that knows every part. Nothing else creates a store, a clock or a connection.
 *
 * Start: store -> log and records -> token -> live view and journal -> tenants -> delivery -> retention -> API -> connectors, so that nobody
 * is heard before what they say can be kept. Stop is the other way round: sources first, then what is under way is
 * finished or checkpointed, then the store is closed. A part that does not stop in time is left behind.
 */
import { hostname } from 'node:os';
import type { Config } from '../config/schema.ts';
import { summarizeChanges } from '../config/summary.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Delivery } from '../delivery/management.ts';
import type { Inbox } from '../delivery/inbox/inbox.ts';
import { createMemoryInbox } from '../delivery/inbox/memory-inbox.ts';
import { createAddressGuard } from '../delivery/sender/address-guard.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { type Random, systemRandom } from '../kit/random.ts';
import type { Service } from '../kit/service.ts';
import type { EventLog } from '../log/event-log.ts';
import { makeErasures, together } from './erasure/make-erasures.ts';
import { createHealth } from './health/health.ts';
import { makeApi } from './make-api.ts';
import { startConnectors } from './start-connectors.ts';
import { makeDelivery } from './make-delivery.ts';
import { makeObserver } from './make-observer.ts';
import { makeTenants, startAnnouncer } from './make-tenants.ts';
import { createLogger } from './logging.ts';
import { Parts } from './parts.ts';
import { createAppMetrics } from './metrics/app-metrics.ts';
import { createRetention } from './retention.ts';
import { startJournal } from './start-journal.ts';
import { startLivePeople } from './start-live-people.ts';
import { startLiveView } from './start-live-view.ts';
import { startReports } from './start-reports.ts';
import { startTracing } from './start-tracing.ts';
import { openStore } from './store.ts';

/** What a test or a benchmark puts in place of the real thing. */
export interface AppOverrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly version?: string;
}

export interface App extends Service {
  /** Where it listens, without a slash at the end; empty before `start`. */
  url(): string;
  /** The administrator's token, where this start made it; nobody will know it later. */
  madeToken(): string | null;
  /** Rejects when a part died that nothing works without. */
  readonly failed: Promise<never>;
  /** The running parts, for those in the same process; after `start`. */
  parts(): RunningParts;
}

export interface RunningParts {
  readonly log: EventLog;
  readonly delivery: Delivery;
  readonly inbox: Inbox;
  readonly connectors: readonly Connector[];
}

export function createApp(config: Config, overrides: AppOverrides = {}): App {
  const { clock = systemClock, random = systemRandom, version = '0.0.0' } = overrides;
  const logger = overrides.logger ?? createLogger(config.log.level);
  const parts = new Parts(clock, logger);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let running: (RunningParts & { readonly url: string; readonly madeToken: string | null }) | null = null;
  let stopping: Promise<void> | null = null;

  const startAll = async (): Promise<void> => {
    logger.info({ version, config: summarizeChanges(config) }, 'starting');
    const base = { clock, random, logger, config };
    const fatal = (error: Error): void => {
      logger.error({ reason: error.message }, 'the store died; the process has to be started again');
      failure.reject(error);
    };
    const metrics = createAppMetrics(config.metrics);
    const tracing = await startTracing(parts, base, version);
    const inbox = createMemoryInbox({ clock });
    const store = await openStore(parts, base, fatal, (ms) => metrics.appends.observe(ms / 1000));
    const live = await startLiveView(parts, base, store);
    const people = await startLivePeople(parts, base, store);
    const journal = await startJournal(parts, base, store);
    const tenants = await makeTenants(parts, base, store, () => delivery.subscriptions);
    const watchers = { metrics, tracing, delivery: () => delivery };
    const { observer, teller } = await makeObserver(parts, base, store, watchers);
    const guard = createAddressGuard({
      allowNetworks: config.delivery.allowNetworks,
      allowedFor: (domain) => tenants.allowedNetworks(domain),
    });
    const sending = { guard, inbox, observer, teller, tracing };
    const delivery: Delivery = await makeDelivery(parts, base, { ...store, ...sending, tenants });
    delivery.subscriptions.onChanged((before, after) => {
      if (before && !after) teller.removed(before);
    });
    const announcer = await startAnnouncer(parts, base, store, metrics.events);
    const remembering = { delivery, tenants, teller, announcer, journal, inbox, live: together(live, people) };
    const erasures = makeErasures(base, { ...store, ...remembering });
    const connectors: Connector[] = [];
    const { dir: dataDir } = config.data;
    const { maxBytes } = config.retention;
    const health = createHealth({
      ...base,
      ...store,
      server: stopSignal,
      delivery,
      journal,
      connectors,
      dataDir,
      maxBytes,
    });
    metrics.watch({ ...store, clock, delivery, journal, health, connectors, dataDir, maxBytes });
    const reports = await startReports(parts, base, { ...store, live, journal, tenants, metrics });
    const serverName = hostname();
    const api = await makeApi(base, {
      ...store,
      delivery,
      guard,
      tenants,
      inbox,
      live,
      people,
      journal,
      reports,
      connectors,
      metrics,
      tracing,
      erasures,
      health,
      version,
      serverName,
    });
    await parts.add(
      'delivery',
      () => delivery.start(),
      () => delivery.stop(),
    );
    await parts.add(
      'erasures',
      () => erasures.start(),
      () => erasures.stop(),
    );
    const retention = createRetention({
      ...base,
      log: store.log,
      attempts: store.records.attempts,
      replays: delivery.replays,
      erasures,
      idempotency: store.records.idempotency,
      audit: store.records.audit,
      calls: store.records.calls,
      look: async () => health.find(({ name }) => name === 'size')?.check(),
      eventsMs: config.retention.events,
      attemptsMs: config.retention.attempts,
      auditMs: config.retention.audit,
      callsMs: config.retention.calls,
    });
    await parts.add(
      'retention',
      () => retention.start(),
      () => retention.stop(),
    );
    await parts.add(
      'API',
      () => api.start(),
      () => api.stop(),
    );
    await startConnectors(parts, base, { ...store, guard, inbox, tenants, live, people, metrics, tracing, connectors });
    running = { log: store.log, delivery, inbox, connectors, url: api.url(), madeToken: store.token.made };
    logger.info({ url: api.url(), connectors: connectors.length }, 'started');
  };
  const stopSignal = { isStopping: false };

  return {
    failed: failure.promise,
    url: () => running?.url ?? '',
    madeToken: () => running?.madeToken ?? null,
    parts: () => {
      if (!running) throw new Error('the app is not started');
      return running;
    },
    start: async () => {
      try {
        await startAll();
      } catch (error) {
        await parts.stop(config.stop.timeout);
        throw error;
      }
    },
    stop: () => {
      stopSignal.isStopping = true;
      stopping ??= parts.stop(config.stop.timeout).then(() => logger.info({}, 'stopped'));
      return stopping;
    },
  };
}
