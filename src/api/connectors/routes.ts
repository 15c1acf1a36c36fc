import { Type } from 'typebox';
import type { RegistrationState } from '../../model/registration.ts';
import { mayAccessDomain } from '../../model/scope.ts';
import { accessOf } from '../auth/authenticate.ts';
import { nullable, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { RegistrationSchema, shownRegistration } from './registration.ts';
import { syncRoute } from './sync-route.ts';

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
  /** One entry for each kind there was; times in milliseconds. */
  readonly notUnderstood: readonly {
    readonly kind: string;
    readonly count: number;
    readonly lastAt: number;
    readonly sample: string;
  }[];
  /** Of one that registers us elsewhere; null or absent: it does not. */
  readonly registration?: RegistrationState | null;
}

const NotUnderstoodSchema = Type.Object(
  {
    kind: Type.String({ description: '`unknown_event`, `incomplete_event`, `unknown_value`, `contradiction`, …' }),
    count: Type.Integer({ minimum: 0, description: 'Since the start.' }),
    lastAt: Time,
    sample: Type.String({
      description: 'One of them: letters of values as `x`, digits as `9`, so that nothing secret is in it.',
    }),
  },
  { description: 'What the phone system said of this kind that was not understood.' },
);

const ConnectorSchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  reseller: Type.String(),
  domain: Type.String(),
  state: Type.Enum(['connecting', 'up', 'down', 'stopped']),
  since: Time,
  problem: nullable(Type.String(), 'Why it is down.'),
  notUnderstood: Type.Array(NotUnderstoodSchema),
  registration: nullable(
    RegistrationSchema,
    'Of the kinds `voipnow` and `ringme`: how our registrations there are. `up` means in step. Null: it listens.',
  ),
});

type Deps = Pick<ApiDeps, 'audit' | 'clock' | 'connectors' | 'registration'>;

export function connectorRoutes(app: App, deps: Deps): void {
  const { connectors } = deps;
  syncRoute(app, deps);
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
    return { items: visible.map(shown), next: null };
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();

const shown = ({ since, notUnderstood, registration = null, ...state }: ConnectorState) => ({
  ...state,
  registration: registration && shownRegistration(registration),
  since: iso(since),
  notUnderstood: notUnderstood.map((one) => ({ ...one, lastAt: iso(one.lastAt) })),
});
