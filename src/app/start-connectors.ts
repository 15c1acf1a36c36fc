import type { Tracing } from '../api/tracing.ts';
import type { Connector, ConnectorHost, KnownOfPeople, OpenCall } from '../connectors/connector.ts';
import type { Inbox } from '../delivery/inbox/inbox.ts';
import type { AddressGuard } from '../delivery/sender/address-guard.ts';
import { LogFullError } from '../log/event-log.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { Base } from './base.ts';
import { createConnectorHost } from './connector-host.ts';
import { createConnector, type ListeningConfig } from './connectors.ts';
import type { RegistrarConfig } from './registered/exchange.ts';
import { registrarMaker } from './registered/make-registrar.ts';
import type { Parts } from './parts.ts';
import type { AppMetrics } from './metrics/app-metrics.ts';
import type { Store } from './store.ts';

interface ConnectorDeps extends Store {
  readonly guard: AddressGuard;
  readonly inbox: Inbox;
  readonly tenants: Tenants;
  readonly live: { openCalls(connector: string): readonly OpenCall[] };
  readonly people: { known(connector: string): readonly KnownOfPeople[] };
  readonly metrics: AppMetrics;
  readonly tracing: Tracing | undefined;
  /** Filled as they start, for those who look at their state. */
  readonly connectors: Connector[];
}

export async function startConnectors(parts: Parts, base: Base, deps: ConnectorDeps): Promise<void> {
  const makeRegistrar = registrarMaker(parts, base, deps);
  for (const connectorConfig of base.config.connectors) {
    const connector = isRegistrar(connectorConfig)
      ? await makeRegistrar(connectorConfig)
      : await createConnector(connectorConfig, base.config.defaults, hostOf(connectorConfig, base, deps));
    deps.connectors.push(connector);
    await parts.add(
      `connector ${connector.id}`,
      () => connector.start(),
      () => connector.stop(),
    );
  }
  warnOfGone(base, deps);
}

/** What they have registered elsewhere stays there: nobody has the credentials any more. */
function warnOfGone({ logger }: Base, { tenants, connectors }: Pick<ConnectorDeps, 'tenants' | 'connectors'>): void {
  const kept = new Set(connectors.flatMap(({ id, registration }) => (registration ? [id] : [])));
  const left = [...tenants.sources.all()].filter(({ remote, connector }) => remote && !kept.has(connector));
  for (const [connector, sources] of Map.groupBy(left, (one) => one.connector)) {
    const system = sources[0]?.remote?.system;
    const what =
      'the connector is not configured any more, and events that it has registered are still on its phone system';
    const remedy =
      'put it back with withdraw: true, which takes them away, or remove them there and delete the sources here';
    logger.warn({ connector, system, events: sources.length }, `${what}: ${remedy}`);
  }
}

const isRegistrar = (config: ListeningConfig | RegistrarConfig): config is RegistrarConfig =>
  config.kind === 'voipnow' || config.kind === 'ringme';

function hostOf({ id, kind }: ListeningConfig, { clock, random, logger }: Base, deps: ConnectorDeps): ConnectorHost {
  return createConnectorHost(id, {
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
}
