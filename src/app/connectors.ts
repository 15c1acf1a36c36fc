import type { Connector, ConnectorHost } from '../connectors/connector.ts';
import type { Config, ConnectorConfig } from '../config/schema.ts';
import type { RegistrarConfig } from './registered/exchange.ts';

/** One that listens; the others register us with a phone system that tells by itself. */
export type ListeningConfig = Exclude<ConnectorConfig, RegistrarConfig>;

/** Makes a connector from its configuration. What a kind needs is loaded when there is one of that kind. */
export async function createConnector(
  config: ListeningConfig,
  defaults: Config['defaults'],
  host: ConnectorHost,
): Promise<Connector> {
  const domain = config.domain ?? defaults.domain;
  const country = config.country ?? defaults.country;
  switch (config.kind) {
    case 'asterisk': {
      const { createAsteriskConnector } = await import('../connectors/asterisk/connector.ts');
      return createAsteriskConnector({ ...config, domain, country }, host);
    }
    case 'simulator': {
      const { createSimulator } = await import('../connectors/simulator/index.ts');
      return createSimulator({ ...config, domain, country }, host);
    }
  }
}
