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
  registerRegistrations(registry, connectors);
}

function registerRegistrations(registry: Registry, connectors: () => readonly Connector[]): void {
  const labels = ['connector'] as const;
  const all = () =>
    connectors().flatMap(({ id, registration }) => (registration ? [{ id, figures: registration.figures() }] : []));
  counter(
    registry,
    {
      name: 'offhook_registration_changes_total',
      help: 'Events that connectors added and removed on phone systems elsewhere, and those that were refused to be added',
      labels: ['connector', 'change'],
    },
    () =>
      all().flatMap(({ id, figures }) =>
        (['added', 'removed', 'refused'] as const).map((change) => [id, change, figures[change]] as const),
      ),
  );
  counter(
    registry,
    { name: 'offhook_registration_runs_total', help: 'Times that registrations elsewhere were looked at', labels },
    () => all().map(({ id, figures }) => [id, figures.runs] as const),
  );
  gauge(
    registry,
    {
      name: 'offhook_registrations_out_of_step',
      help: 'Extensions and agents whose registrations elsewhere were not in step when last looked at',
      labels,
    },
    () => all().map(({ id, figures }) => [id, figures.outOfStep] as const),
  );
}
