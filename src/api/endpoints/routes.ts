import { Type, type Static } from 'typebox';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { nullable, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';

const EndpointSchema = Type.Object({
  number: Type.Integer(),
  reseller: Type.String(),
  domain: Type.String(),
  key: Type.String({ description: 'The origin its subscriptions share, or `name:…`.' }),
  paused: nullable(Type.Object({ since: Time, by: Type.String() }), 'Since when and by whom; null: it is not.'),
  breaker: Type.Enum(['closed', 'open', 'recovering']),
  attached: Type.Boolean({ description: 'Whether it is sent to as events come; else it catches up on its own.' }),
  window: Type.Integer({
    description: 'Requests that may be under way now; grows back to `maxInFlight` after an outage.',
  }),
  inFlight: Type.Integer(),
  waiting: Type.Integer({ description: 'Deliveries waiting for their first attempt.' }),
  parked: Type.Integer({ description: 'Deliveries waiting for their next attempt, or behind one that does.' }),
  lag: Type.Integer({
    description:
      'Events between what it has settled or parked and the newest; an upper bound of what waits besides `parked`.',
  }),
  ratePerSecond: nullable(Type.Number()),
  maxInFlight: Type.Integer(),
});
const Params = Type.Object({ number: Type.Integer({ minimum: 1 }) });

export function endpointRoutes(app: App, { delivery }: Pick<ApiDeps, 'delivery'>): void {
  const list = described({
    summary: 'The receivers, and how each one is doing',
    tag: 'endpoints',
    least: 'domain',
    answers: {
      200: { description: 'All.', schema: Type.Object({ items: Type.Array(EndpointSchema), next: Type.Null() }) },
    },
  });
  app.get('/v1/endpoints', list, async (request) => ({ items: delivery.endpoints(accessOf(request)), next: null }));

  const one = described({
    summary: 'One receiver',
    tag: 'endpoints',
    least: 'domain',
    params: Params,
    answers: { 200: { description: 'The endpoint.', schema: EndpointSchema } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/endpoints/:number', one, async (request, reply) => {
    const found = delivery.endpoint(accessOf(request), request.params.number);
    return found ?? sendProblem(reply, { code: 'endpoint_not_found' });
  });

  for (const paused of [true, false]) {
    const change = described({
      summary: paused ? 'Pause a receiver' : 'Resume a receiver',
      description: paused
        ? 'Nothing is sent to it any more, retries neither; what is under way ends. Everything is kept, while retention keeps the events.'
        : 'Everything that was held is delivered, in order.',
      tag: 'endpoints',
      least: 'domain',
      params: Params,
      answers: { 200: { description: 'As it is now.', schema: EndpointSchema } },
    });
    const path = `/v1/endpoints/:number/${paused ? 'pause' : 'resume'}`;
    app.post<{ Params: Static<typeof Params> }>(path, change, async (request, reply) => {
      const { number } = request.params;
      const access = accessOf(request);
      const changed = await delivery.subscriptions.setPaused(access, number, paused, authorOf(request));
      return (changed && delivery.endpoint(access, number)) ?? sendProblem(reply, { code: 'endpoint_not_found' });
    });
  }
}
