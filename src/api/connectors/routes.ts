import { Type } from 'typebox';
import { mayAccessDomain } from '../../model/scope.ts';
import { accessOf } from '../auth/authenticate.ts';
import { nullable, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';

/** A connector as the API shows it; nothing of its configuration, which holds credentials. */
export interface ConnectorState {
  readonly id: string;
  readonly kind: string;
  readonly reseller: string;
  readonly domain: string;
  readonly state: 'connecting' | 'up' | 'down' | 'stopped';
  /** Milliseconds. */
  readonly since: number;
  readonly problem: string | null;
}

const ConnectorSchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  reseller: Type.String(),
  domain: Type.String(),
  state: Type.Enum(['connecting', 'up', 'down', 'stopped']),
  since: Time,
  problem: nullable(Type.String(), 'Why it is down.'),
});

export function connectorRoutes(app: App, { connectors }: Pick<ApiDeps, 'connectors'>): void {
  const list = described({
    summary: 'The phone systems listened to, and how they are',
    tag: 'connectors',
    least: 'domain',
    answers: {
      200: { description: 'All.', schema: Type.Object({ items: Type.Array(ConnectorSchema), next: Type.Null() }) },
    },
  });
  app.get('/v1/connectors', list, async (request) => {
    const access = accessOf(request);
    const visible = connectors().filter((connector) => mayAccessDomain(access, connector));
    return { items: visible.map((one) => ({ ...one, since: new Date(one.since).toISOString() })), next: null };
  });
}
