/**
 * All metrics of the server. They are declared when it is made, so that their reference is made from them
 * (`docs/reference/metrics.md`), and read off the running parts when somebody asks. Names and labels are part of the
 * documented interface; no label ever holds an id, a number of a person, an address or a token.
 */
import { Registry } from 'prom-client';
import type { HealthCheck } from '../../api/deps.ts';
import { EventCounts } from '../../api/metrics/event-counts.ts';
import { ReportCounts } from '../../api/metrics/report-counts.ts';
import { PlainHistogram } from '../../api/metrics/plain-histogram.ts';
import { gauge } from '../../api/metrics/scraped.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { Delivery } from '../../delivery/management.ts';
import { registerConnectors } from './connector-metrics.ts';
import { DeliveryCounts } from './delivery-counts.ts';
import { registerDelivery } from './delivery-metrics.ts';
import { registerProcess } from './process-metrics.ts';
import { newAppendHistogram, registerStore, type WatchedStore } from './store-metrics.ts';

export interface AppMetrics {
  readonly registry: Registry;
  /** What came in, for those who take it in. */
  readonly events: EventCounts;
  readonly reports: ReportCounts;
  /** Told of every attempt. */
  readonly deliveries: DeliveryCounts;
  /** Seconds until a batch of events was durable. */
  readonly appends: PlainHistogram;
  acceptedFrom(connector: string, events: number): void;
  /** From here on the figures are those of these parts. */
  watch(parts: WatchedParts): void;
}

interface WatchedParts extends WatchedStore {
  readonly delivery: Delivery;
  readonly health: readonly HealthCheck[];
  readonly connectors: readonly Connector[];
}

/** Most series of each kind. */
export interface SeriesLimits {
  readonly subscriptions: number;
  readonly endpoints: number;
}

export function createAppMetrics(limits: SeriesLimits): AppMetrics {
  const registry = new Registry();
  const events = new EventCounts();
  const reports = new ReportCounts();
  const deliveries = new DeliveryCounts(limits.subscriptions);
  const appends = newAppendHistogram();
  const fromConnectors = new Map<string, number>();
  let parts: WatchedParts | null = null;
  events.register(registry);
  reports.register(registry);
  registerDelivery(registry, deliveries, () => parts?.delivery ?? null, limits.endpoints);
  registerConnectors(registry, fromConnectors, () => parts?.connectors ?? []);
  registerStore(registry, appends, () => parts);
  registerHealth(registry, () => parts?.health ?? []);
  registerProcess(registry);
  return {
    registry,
    events,
    reports,
    deliveries,
    appends,
    acceptedFrom: (connector, count) =>
      void fromConnectors.set(connector, (fromConnectors.get(connector) ?? 0) + count),
    watch: (running) => {
      parts = running;
    },
  };
}

function registerHealth(registry: Registry, checks: () => readonly HealthCheck[]): void {
  const help = 'Whether each check of /readyz finds all well (1) or not (0)';
  gauge(registry, { name: 'offhook_healthy', help, labels: ['check'] }, () =>
    Promise.all(checks().map(async ({ name, check }) => [name, (await check()) === null ? 1 : 0] as const)),
  );
}
