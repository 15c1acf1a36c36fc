import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Delivery } from '../delivery/management.ts';
import type { EventLog } from '../log/event-log.ts';
import { everything } from '../model/scope.ts';

/** Names and labels are part of the documented interface; no label ever holds an id, a number or a token. */
export interface AppMetrics {
  readonly registry: Registry;
  acceptedFrom(connector: string, events: number): void;
  /** Adds what is read off running parts each time somebody asks. */
  watch(parts: { readonly log: EventLog; readonly delivery: Delivery }): void;
}

const breakerStates = ['closed', 'open', 'recovering'] as const;

export function createAppMetrics(): AppMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'offhook_' });
  const accepted = new Counter({
    name: 'offhook_connector_events_total',
    help: 'New events from connectors, durable',
    labelNames: ['connector'],
    registers: [registry],
  });
  return {
    registry,
    acceptedFrom: (connector, events) => accepted.inc({ connector }, events),
    watch: ({ log, delivery }) => {
      gauge(registry, 'offhook_log_head', 'Sequence of the newest durable event', () => log.head());
      gauge(registry, 'offhook_log_floor', 'Everything up to this sequence is gone by retention', () => log.floor());
      watchDelivery(registry, delivery);
    },
  };
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
