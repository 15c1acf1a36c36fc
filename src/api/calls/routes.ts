import { Type, type Static } from 'typebox';
import type { LiveCall } from '../../calls/live/live-call.ts';
import { CallSchema, LegSchema } from '../../model/call.ts';
import { accessOf } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';

const LiveCallSchema = Type.Object({
  reseller: Type.String(),
  domain: Type.String(),
  connector: Type.String(),
  extensions: Type.Array(Type.String(), { description: 'All that took part so far.' }),
  seq: Type.Integer({ description: 'Sequence of the last event about it.' }),
  call: CallSchema,
  legs: Type.Array(LegSchema),
});
const Query = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(['live', 'ended', 'all'], { default: 'all', description: 'In progress, just ended, or both.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

/** Without what only the live view itself needs to know. */
const view = ({ reseller, domain, connector, extensions, seq, call, legs }: LiveCall) => ({
  reseller,
  domain,
  connector,
  extensions,
  seq,
  call,
  legs,
});

export function callRoutes(app: App, { live }: Pick<ApiDeps, 'live'>): void {
  const list = described({
    summary: 'Calls in progress and just ended, newest first',
    tag: 'calls',
    least: 'extension',
    querystring: Query,
    answers: {
      200: { description: 'The calls.', schema: Type.Object({ items: Type.Array(LiveCallSchema), next: Type.Null() }) },
    },
  });
  app.get<{ Querystring: Static<typeof Query> }>('/v1/calls', list, async (request) => {
    const access = accessOf(request);
    const { state = 'all', limit = 100 } = request.query;
    const calls = [
      ...(state === 'ended' ? [] : live.inProgress(access)),
      ...(state === 'live' ? [] : live.justEnded(access)),
    ];
    return { items: calls.slice(0, limit).map(view), next: null };
  });

  const one = described({
    summary: 'One call, in progress or just ended',
    tag: 'calls',
    least: 'extension',
    params: Params,
    answers: { 200: { description: 'The call.', schema: LiveCallSchema } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/calls/:id', one, async (request, reply) => {
    const found = live.find(accessOf(request), request.params.id);
    return found ? view(found) : sendProblem(reply, { code: 'call_not_found' });
  });

  const now = described({
    summary: 'What is going on: the calls in progress',
    tag: 'calls',
    least: 'extension',
    answers: { 200: { description: 'Now.', schema: Type.Object({ calls: Type.Array(LiveCallSchema) }) } },
  });
  app.get('/v1/live', now, async (request) => ({ calls: live.inProgress(accessOf(request)).map(view) }));
}
