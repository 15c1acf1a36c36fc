import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Access } from '../../model/scope.ts';
import type { DraftResult } from '../../delivery/management.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { CursorQuery, pageOf } from '../contract/common.ts';
import { SubscriptionInput, SubscriptionView } from '../contract/subscription.ts';
import type { Bodies } from '../bodies/receive.ts';
import type { ApiDeps, App } from '../deps.ts';
import type { OpenInboxes } from '../inbox/open-inboxes.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { problemOfDraft } from './draft-problem.ts';
import { createReader } from './reader.ts';
import { patchSubscription, withoutReadOnly } from './to-input.ts';
import { subscriptionView } from './view.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(
  {
    createdBy: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Only those that were made with the token of this id; `me` is the one that asks.',
      }),
    ),
    ...CursorQuery,
  },
  { additionalProperties: false },
);

interface Deps
  extends Pick<
    ApiDeps,
    'clock' | 'delivery' | 'guard' | 'attempts' | 'dialects' | 'defaults' | 'serverName' | 'tenants'
  > {
  readonly inboxes: Pick<OpenInboxes, 'mayUse'>;
  readonly bodies: Bodies;
}

const answered = (description: string) => ({ description, schema: SubscriptionView });
const mergePatchType = 'application/merge-patch+json';
const json = { 'application/json': SubscriptionInput };

export function subscriptionRoutes(app: App, deps: Deps): void {
  const manager = deps.delivery.subscriptions;
  const read = createReader(deps);
  const view = async (access: Access, subscriptions: readonly Subscription[]) => viewsOf(deps, access, subscriptions);

  app.get<{ Querystring: Static<typeof Query> }>('/v1/subscriptions', listFacts, async (request) => {
    const { cursor, limit = 50, createdBy: author } = request.query;
    const access = accessOf(request);
    const createdBy = author === 'me' ? authorOf(request).id : author;
    const found = manager.list(access, { after: Number(cursor ?? 0), limit: limit + 1, createdBy });
    const page = found.slice(0, limit);
    return { items: await view(access, page), next: found.length > limit ? String(page.at(-1)?.number) : null };
  });

  app.post('/v1/subscriptions', createFacts, async (request, reply) => {
    const access = accessOf(request);
    const draft = read(access, withoutReadOnly(request.body), null);
    if ('problem' in draft) return sendProblem(reply, draft.problem);
    const result = await manager.create(access, draft.value, authorOf(request));
    if ('subscription' in result) reply.code(201).header('location', `/v1/subscriptions/${result.subscription.id}`);
    return answer(request, reply, result);
  });

  app.get<{ Params: Params }>('/v1/subscriptions/:id', oneFacts, async (request, reply) => {
    const subscription = manager.get(accessOf(request), request.params.id);
    return subscription ? answer(request, reply, { subscription }) : notFound(reply);
  });

  const change = (toInput: (body: unknown, stored: Subscription) => unknown) => {
    return async (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply) => {
      const access = accessOf(request);
      const result = await manager.update(
        access,
        request.params.id,
        (stored) => {
          const draft = read(access, toInput(request.body, stored), stored);
          return 'problem' in draft ? { refusal: draft.problem } : { draft: draft.value };
        },
        authorOf(request),
      );
      if (!result) return notFound(reply);
      return 'refusal' in result ? sendProblem(reply, result.refusal) : answer(request, reply, result);
    };
  };
  app.put('/v1/subscriptions/:id', putFacts, change(withoutReadOnly));
  void app.register(async (scope) => {
    deps.bodies.acceptJson(scope, mergePatchType);
    const patch = change((body, stored) => patchSubscription(stored, body));
    scope.patch<{ Params: Params }>('/v1/subscriptions/:id', patchFacts, patch);
  });

  app.delete<{ Params: Params }>('/v1/subscriptions/:id', deleteFacts, async (request, reply) => {
    const isGone = await manager.remove(accessOf(request), request.params.id, authorOf(request));
    return isGone ? reply.code(204).send() : notFound(reply);
  });

  const pausing = (paused: boolean) => {
    return async (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply) => {
      const { id } = request.params;
      const result = await manager.setSubscriptionPaused(accessOf(request), id, paused, authorOf(request));
      if (!result) return notFound(reply);
      if ('subscription' in result) return answer(request, reply, result);
      return sendProblem(reply, { code: 'endpoint_shared', more: result.shared });
    };
  };
  app.post<{ Params: Params }>('/v1/subscriptions/:id/pause', pauseFacts(true), pausing(true));
  app.post<{ Params: Params }>('/v1/subscriptions/:id/resume', pauseFacts(false), pausing(false));

  async function answer(request: FastifyRequest, reply: FastifyReply, result: DraftResult): Promise<unknown> {
    if ('problem' in result) {
      return sendProblem(reply, problemOfDraft(result.problem));
    }
    const [shown] = await view(accessOf(request), [result.subscription]);
    return reply.send(shown);
  }
}

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'subscription_not_found' });

const wordsOf = (dialects: Deps['dialects'], { dialect, options }: Subscription) =>
  dialects.find(({ name }) => name === dialect)?.wordsFor?.(options) ?? null;

async function viewsOf(
  deps: Deps,
  access: Access,
  subscriptions: readonly Subscription[],
): Promise<SubscriptionView[]> {
  const all = await deps.attempts.counters(subscriptions.map(({ number }) => number));
  const counters = new Map(all.map((one) => [one.subscription, one]));
  return subscriptions.map((subscription) =>
    subscriptionView(subscription, {
      counters: counters.get(subscription.number) ?? null,
      endpoint: deps.delivery.endpoint(access, subscription.endpoint),
      lag: deps.delivery.lag(subscription),
      parked: deps.delivery.parked(subscription),
      isVisible: (number) => deps.delivery.subscriptions.byNumber(access, number) !== null,
      serverName: deps.serverName,
      rule: deps.guard.ruleFor(subscription.selection.scope.domain),
      words: wordsOf(deps.dialects, subscription),
      now: deps.clock.now(),
    }),
  );
}

const listFacts = described({
  summary: 'The subscriptions, oldest first',
  tag: 'subscriptions',
  least: 'user',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(SubscriptionView) } },
});
const createFacts = described({
  summary: 'Subscribe',
  description: 'Nothing that is accepted after the answer is missed.',
  tag: 'subscriptions',
  least: 'user',
  bodies: json,
  answers: { 201: answered('It is there.') },
});
const oneFacts = described({
  summary: 'One subscription',
  description: 'Secrets are never shown: `{"set": true}` says that there is one.',
  tag: 'subscriptions',
  least: 'user',
  params: Params,
  answers: { 200: answered('The subscription.') },
});
const putFacts = described({
  summary: 'Replace a subscription',
  description: 'A secret sent as `{"set": true}` stays as it is, while the URL leads to the same origin.',
  tag: 'subscriptions',
  least: 'user',
  params: Params,
  bodies: json,
  answers: { 200: answered('As it is now.') },
});
const patchFacts = described({
  summary: 'Change some of a subscription',
  description: 'A JSON merge patch: what is left out stays, null takes away.',
  tag: 'subscriptions',
  least: 'user',
  params: Params,
  bodies: {
    'application/json': Type.Object({}, { additionalProperties: true }),
    [mergePatchType]: Type.Object({}, { additionalProperties: true }),
  },
  answers: { 200: answered('As it is now.') },
});
const pauseFacts = (paused: boolean) =>
  described({
    summary: paused ? 'Pause a subscription' : 'Resume a subscription',
    description: paused
      ? 'Nothing is sent for it any more, retries and replays neither; what is under way ends. Everything is kept and delivered in order when it is resumed, while retention keeps the events. Others that send to the same endpoint go on.'
      : 'Everything that was held is delivered, in order. Refused while its endpoint is paused as a whole and others send to it.',
    tag: 'subscriptions',
    least: 'user',
    params: Params,
    answers: { 200: answered('As it is now.') },
  });
const deleteFacts = described({
  summary: 'Unsubscribe',
  description: 'What waits for it is cancelled.',
  tag: 'subscriptions',
  least: 'user',
  params: Params,
  answers: { 204: { description: 'It is gone.' } },
});
