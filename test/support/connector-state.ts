import type { ConnectorState } from '../../src/api/connectors/routes.ts';

/** Of a connector that works. */
export const connectorState = (id: string): ConnectorState => ({
  ...{ id, kind: 'asterisk', reseller: 'default', domain: 'acme' },
  ...{ state: 'up', since: 0, problem: null, notUnderstood: [] },
});
