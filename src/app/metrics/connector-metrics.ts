import type { Registry } from 'prom-client';
import { counter, gauge } from '../../api/metrics/scraped.ts';
import type { Connector, ConnectorFigures } from '../../connectors/connector.ts';

const states = ['connecting', 'up', 'down', 'stopped'] as const;

/** How many new events came from each connector; counted by its host. */
export type ConnectorEvents = ReadonlyMap<string, number>;

export function registerConnectors(
  registry: Registry,
  events: ConnectorEvents,
  connectors: () => readonly Connector[],
): void {
  const labels = ['connector'] as const;
  counter(
    registry,
    { name: 'offhook_connector_events_total', help: 'New events from connectors, durable', labels },
    () => events,
  );
  gauge(
    registry,
    {
      name: 'offhook_connector_state',
      help: 'State of each connector: 1 for the one it is in, 0 for the others',
      labels: ['connector', 'state'],
    },
    () =>
      connectors().flatMap((connector) =>
        states.map((state) => [connector.id, state, Number(connector.status().state === state)] as const),
      ),
  );
  counter(
    registry,
    {
      name: 'offhook_connector_not_understood_total',
      help: 'What each connector’s phone system said that was not understood, by kind; a sample of each is in GET /v1/connectors',
      labels: ['connector', 'kind'],
    },
    () =>
      connectors().flatMap((connector) =>
        connector.figures().notUnderstood.map(({ kind, count }) => [connector.id, kind, count] as const),
      ),
  );
  const figure = (read: (figures: ConnectorFigures) => number) => () =>
    connectors().map((connector) => [connector.id, read(connector.figures())] as const);
  counter(
    registry,
    {
      name: 'offhook_connector_connects_total',
      help: 'How often each connector came to listen; all but the first are reconnects',
      labels,
    },
    figure(({ connects }) => connects),
  );
  gauge(
    registry,
    {
      name: 'offhook_connector_buffered_events',
      help: 'Events of each connector that the log has not taken yet',
      labels,
    },
    figure(({ bufferedEvents }) => bufferedEvents),
  );
}
