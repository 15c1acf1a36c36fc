import { Counter, Gauge, Registry } from 'prom-client';
import type { HealthCheck } from '../api/deps.ts';
import type { Delivery } from '../delivery/management.ts';
import type { EventLog } from '../log/event-log.ts';
import { everything } from '../model/scope.ts';
import { diskSpace } from './health/disk-space.ts';
import type { StoreProbe } from './health/store-probe.ts';

/** Names and labels are part of the documented interface; no label ever holds an id, a number or a token. */
export interface AppMetrics {
  readonly registry: Registry;
  acceptedFrom(connector: string, events: number): void;
  /** Adds what is read off running parts each time somebody asks. */
  watch(parts: WatchedParts): void;
}

interface WatchedParts {
  readonly log: EventLog;
  readonly delivery: Delivery;
  readonly probe: StoreProbe;
  readonly health: readonly HealthCheck[];
  readonly dataDir: string;
}

const breakerStates = ['closed', 'open', 'recovering'] as const;

export function createAppMetrics(): AppMetrics {
  const registry = new Registry();
  watchProcess(registry);
  const accepted = new Counter({
    name: 'offhook_connector_events_total',
    help: 'New events from connectors, durable',
    labelNames: ['connector'],
    registers: [registry],
  });
  return {
    registry,
    acceptedFrom: (connector, events) => accepted.inc({ connector }, events),
    watch: ({ log, delivery, probe, health, dataDir }) => {
      gauge(registry, 'offhook_log_head', 'Sequence of the newest durable event', () => log.head());
      gauge(registry, 'offhook_log_floor', 'Everything up to this sequence is gone by retention', () => log.floor());
      watchDelivery(registry, delivery);
      watchHealth(registry, health);
      watchStore(registry, probe, dataDir);
    },
  };
}

/**
 * Read when somebody asks. The library's own set keeps a timer of 10 ms going for the event loop's delay, which is all
 * the processor time an idle server uses.
 */
function watchProcess(registry: Registry): void {
  let before = performance.eventLoopUtilization();
  gauge(
    registry,
    'offhook_event_loop_utilization',
    'Share of the time since the last look the event loop was busy',
    () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
  );
  const cpuSeconds = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  gauge(registry, 'offhook_process_cpu_seconds', 'Processor time used, all threads', cpuSeconds);
  gauge(
    registry,
    'offhook_process_start_time_seconds',
    'When the process started, since 1970',
    () => performance.timeOrigin / 1000,
  );
  const memory = {
    rss: 'process_resident_memory',
    heapTotal: 'heap_size_total',
    heapUsed: 'heap_size_used',
    external: 'external_memory',
  } as const;
  for (const part of ['rss', 'heapTotal', 'heapUsed', 'external'] as const) {
    gauge(registry, `offhook_${memory[part]}_bytes`, `Memory: ${part}`, () => process.memoryUsage()[part]);
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const one: Gauge = new Gauge({ name, help, registers: [registry], collect: () => one.set(read()) });
}

function watchDelivery(registry: Registry, delivery: Delivery): void {
  const figures = ['inFlight', 'waiting', 'parked'] as const;
  const deliveries = new Gauge({
    name: 'offhook_deliveries',
    help: 'Deliveries by where they are',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      const endpoints = delivery.endpoints(everything);
      for (const figure of figures) {
        deliveries.set(
          { state: figure },
          endpoints.reduce((sum, endpoint) => sum + endpoint[figure], 0),
        );
      }
    },
  });
  const endpoints = new Gauge({
    name: 'offhook_endpoints',
    help: 'Receivers by the state of their breaker',
    labelNames: ['breaker'],
    registers: [registry],
    collect: () => {
      const all = delivery.endpoints(everything);
      for (const state of breakerStates) {
        endpoints.set({ breaker: state }, all.filter(({ breaker }) => breaker === state).length);
      }
    },
  });
}

function watchHealth(registry: Registry, health: readonly HealthCheck[]): void {
  const healthy = new Gauge({
    name: 'offhook_healthy',
    help: 'Whether each check of /readyz finds all well (1) or not (0)',
    labelNames: ['check'],
    registers: [registry],
    collect: async () => {
      for (const { name, check } of health) healthy.set({ check: name }, (await check()) === null ? 1 : 0);
    },
  });
}

function watchStore(registry: Registry, probe: StoreProbe, dataDir: string): void {
  const used: Gauge = new Gauge({
    name: 'offhook_store_bytes',
    help: 'Size of the store, without what retention has freed',
    registers: [registry],
    collect: async () => used.set((await probe()).usedBytes ?? Number.NaN),
  });
  const free: Gauge = new Gauge({
    name: 'offhook_disk_free_bytes',
    help: 'What is left of the disk the store is on',
    registers: [registry],
    collect: async () => free.set((await diskSpace(dataDir).catch(() => null))?.freeBytes ?? Number.NaN),
  });
}
