import { Type } from 'typebox';
import { seesEverything } from '../../model/scope.ts';
import { accessOf } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';

const Stats = Type.Object({
  events: Type.Object({
    newest: Type.Integer({ description: 'Sequence of the newest event; 0: none yet.' }),
    trimmedTo: Type.Integer({ description: 'Everything up to this sequence is gone by retention.' }),
  }),
  calls: Type.Object({ inProgress: Type.Integer() }),
  endpoints: Type.Object({
    total: Type.Integer(),
    open: Type.Integer({ description: 'Not sent to, because they fail.' }),
  }),
  deliveries: Type.Object({ inFlight: Type.Integer(), waiting: Type.Integer(), parked: Type.Integer() }),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export function statsRoutes(app: App, { log, live, delivery }: Pick<ApiDeps, 'log' | 'live' | 'delivery'>): void {
  const now = described({
    summary: 'The state of things in a few numbers',
    tag: 'server',
    least: 'domain',
    answers: { 200: { description: 'Now.', schema: Stats } },
  });
  app.get('/v1/stats', now, async (request) => {
    const access = accessOf(request);
    const endpoints = delivery.endpoints(access);
    const seesAll = seesEverything(access);
    return {
      // How much others have sent is not everybody's to know.
      events: { newest: seesAll ? log.head() : 0, trimmedTo: seesAll ? log.floor() : 0 },
      calls: { inProgress: live.inProgress(access).length },
      endpoints: { total: endpoints.length, open: endpoints.filter(({ breaker }) => breaker === 'open').length },
      deliveries: {
        inFlight: sum(endpoints.map(({ inFlight }) => inFlight)),
        waiting: sum(endpoints.map(({ waiting }) => waiting)),
        parked: sum(endpoints.map(({ parked }) => parked)),
      },
    };
  });
}
