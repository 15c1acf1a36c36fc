import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { ReplayRefusal, ReplayRequest } from '../../delivery/replay/management.ts';
import { replayStates } from '../../records/delivery-store.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { CursorQuery, pageOf } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { readReplay, ReplayInput } from './read-request.ts';
import { DryRunSchema, dryRunView, ReplaySchema, replayView } from './view.ts';

const Query = Type.Object(
  { state: Type.Optional(Type.Enum([...replayStates], { description: 'Only those in this state.' })), ...CursorQuery },
  { additionalProperties: false },
);
const NumberParams = Type.Object({ number: Type.Integer({ minimum: 1 }) });
type NumberParams = Static<typeof NumberParams>;
const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const Nothing = Type.Object({}, { additionalProperties: false });

const answers = {
  200: { description: 'Of a dry run: what it would deliver.', schema: DryRunSchema },
  202: { description: 'It begins, or waits for a place. GET it to see how far it is.', schema: ReplaySchema },
};
const aboutRange = [
  'Every event of the range is delivered again that the subscription wants as it is now, whatever it wanted when the event',
  'came. The range ends with the newest event at the latest. Deliveries have ids of their own and carry',
  '`X-Offhook-Replay`; live events go first.',
].join(' ');

export function replayRoutes(app: App, { delivery: { replays } }: Pick<ApiDeps, 'delivery'>): void {
  const ofOne = described({
    summary: 'Deliver events of the past again',
    description: aboutRange,
    tag: 'replays',
    least: 'user',
    params: IdParams,
    body: ReplayInput,
    answers,
  });
  app.post<{ Params: Static<typeof IdParams>; Body: ReplayInput }>(
    '/v1/subscriptions/:id/replay',
    ofOne,
    (request, reply) => begin(request, reply, { subscription: request.params.id }),
  );

  const ofAll = described({
    summary: 'Deliver events of the past again, to all subscriptions of an endpoint',
    description: `For those of the token’s scope. ${aboutRange}`,
    tag: 'replays',
    least: 'domain',
    params: NumberParams,
    body: ReplayInput,
    answers,
  });
  app.post<{ Params: NumberParams; Body: ReplayInput }>('/v1/endpoints/:number/replay', ofAll, (request, reply) =>
    begin(request, reply, { endpoint: request.params.number }),
  );

  const list = described({
    summary: 'Replays, newest first',
    tag: 'replays',
    least: 'user',
    querystring: Query,
    answers: { 200: { description: 'A page of them.', schema: pageOf(ReplaySchema) } },
  });
  app.get<{ Querystring: Static<typeof Query> }>('/v1/replays', list, async (request) => {
    const { cursor, limit = 50, state } = request.query;
    const before = cursor === undefined ? Infinity : Number(cursor);
    const found = replays.list(accessOf(request), { before, limit: limit + 1, ...(state && { state }) });
    const page = found.slice(0, limit);
    return { items: page.map(replayView), next: found.length > limit ? String(page.at(-1)?.order.number) : null };
  });

  const one = described({
    summary: 'One replay: how far it is, what it delivered, how fast it goes',
    tag: 'replays',
    least: 'user',
    params: NumberParams,
    answers: { 200: { description: 'The replay.', schema: ReplaySchema } },
  });
  app.get<{ Params: NumberParams }>('/v1/replays/:number', one, async (request, reply) => {
    const found = replays.get(accessOf(request), request.params.number);
    return found ? replayView(found) : sendProblem(reply, { code: 'replay_not_found' });
  });

  const cancel = described({
    summary: 'Cancel a replay',
    description: 'Nothing more of it starts. What is parked for it is listed as cancelled; what is under way ends.',
    tag: 'replays',
    least: 'user',
    params: NumberParams,
    body: Nothing,
    answers: { 200: { description: 'It is being cancelled.', schema: ReplaySchema } },
  });
  app.post<{ Params: NumberParams }>('/v1/replays/:number/cancel', cancel, async (request, reply) => {
    const cancelled = await replays.cancel(accessOf(request), request.params.number, authorOf(request));
    if (!cancelled) return sendProblem(reply, { code: 'replay_not_found' });
    return cancelled.ended ? sendProblem(reply, { code: 'replay_ended' }) : replayView(cancelled.replay);
  });

  async function begin(
    request: FastifyRequest<{ Body: ReplayInput }>,
    reply: FastifyReply,
    of: ReplayRequest['of'],
  ): Promise<unknown> {
    const access = accessOf(request);
    const wanted = readReplay(request.body, of);
    if ('problem' in wanted) return sendProblem(reply, wanted.problem);
    if (request.body.dryRun) {
      const counted = await replays.dryRun(access, wanted);
      return 'refusal' in counted ? sendProblem(reply, problemOf(counted.refusal)) : dryRunView(counted.result);
    }
    const started = await replays.start(access, wanted, authorOf(request));
    if ('refusal' in started) return sendProblem(reply, problemOf(started.refusal));
    reply.code(202).header('location', `/v1/replays/${started.replay.order.number}`);
    return replayView(started.replay);
  }
}

function problemOf(refusal: ReplayRefusal): Problem {
  switch (refusal.kind) {
    case 'subscription_not_found':
    case 'endpoint_not_found':
      return { code: refusal.kind };
    case 'disabled':
      return { code: 'nothing_to_replay_to' };
    case 'running': {
      const { replay } = refusal;
      const remedy = `Wait for its end or cancel it: POST /v1/replays/${replay}/cancel.`;
      return { code: 'replay_running', detail: `It is replay ${replay}.`, remedy, more: { replay } };
    }
    case 'too_many':
      return { code: 'limit_reached', remedy: 'Wait until some of the domain’s replays have ended, or cancel them.' };
    case 'busy':
      return { code: 'too_many_dry_runs', retryAfter: 5 };
    case 'filter': {
      const { message, remedy, more } = refusal;
      return { code: 'invalid_field', field: 'filter', detail: `filter: ${message}.`, remedy, more };
    }
  }
}
