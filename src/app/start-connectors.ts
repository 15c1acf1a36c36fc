import type { Tracing } from '../api/tracing.ts';
import type { Connector, KnownOfPeople, OpenCall } from '../connectors/connector.ts';
import { type EventLog, LogFullError } from '../log/event-log.ts';
import type { Base } from './base.ts';
import { createConnectorHost } from './connector-host.ts';
import { createConnector } from './connectors.ts';
import type { Parts } from './parts.ts';
import type { AppMetrics } from './metrics/app-metrics.ts';

interface ConnectorDeps {
  readonly log: EventLog;
  readonly live: { openCalls(connector: string): readonly OpenCall[] };
  readonly people: { known(connector: string): readonly KnownOfPeople[] };
  readonly metrics: AppMetrics;
  readonly tracing: Tracing | undefined;
  /** Filled as they start, for those who look at their state. */
  readonly connectors: Connector[];
}

export async function startConnectors(parts: Parts, base: Base, deps: ConnectorDeps): Promise<void> {
  const { clock, random, logger, config } = base;
  for (const connectorConfig of config.connectors) {
    const { id, kind } = connectorConfig;
    const host = createConnectorHost(id, {
      clock,
      random,
      logger,
      log: deps.log,
      tracing: deps.tracing,
      onAccepted: (fresh, repeated) => {
        deps.metrics.acceptedFrom(id, fresh);
        deps.metrics.events.accepted(kind, fresh, repeated);
      },
      onRefused: (error) => deps.metrics.events.refused(kind, error instanceof LogFullError ? 'log_full' : 'other'),
      openCalls: (connector) => deps.live.openCalls(connector),
      knownPeople: (connector) => deps.people.known(connector),
    });
    const connector = await createConnector(connectorConfig, config.defaults, host);
    deps.connectors.push(connector);
    await parts.add(
      `connector ${connector.id}`,
      () => connector.start(),
      () => connector.stop(),
    );
  }
}
