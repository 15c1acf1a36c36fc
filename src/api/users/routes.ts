import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { isScopeName } from '../../tenants/naming.ts';
import type { UserWithExtensions } from '../../tenants/users.ts';
import { accessOf, askingOf } from '../auth/authenticate.ts';
import { CascadeQuery, CursorQuery, pageOf } from '../contract/common.ts';
import { UserChanges, UserInput, UserView } from '../contract/tenants.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { problemOf } from '../tenant-problem.ts';

const Params = Type.Object({ id: Type.Integer({ minimum: 1 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(
  {
    domain: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Only of this domain.' })),
    ...CursorQuery,
  },
  { additionalProperties: false },
);

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'user_not_found' });

export function userRoutes(app: App, { tenants }: Pick<ApiDeps, 'tenants'>): void {
  const { users, names } = tenants;
  const view = (user: UserWithExtensions): Static<typeof UserView> => ({
    ...user,
    extensions: [...user.extensions],
    reseller: names.ownerOf(user.domain) ?? '',
  });

  app.get<{ Querystring: Static<typeof Query> }>('/v1/users', listFacts, async (request) => {
    const { cursor, limit = 50, domain } = request.query;
    const found = users.list(accessOf(request), { domain, after: Number(cursor ?? 0), limit: limit + 1 });
    const page = found.slice(0, limit);
    return { items: page.map(view), next: found.length > limit ? String(page.at(-1)?.id) : null };
  });

  app.get<{ Params: Params }>('/v1/users/:id', oneFacts, async (request, reply) => {
    const user = users.get(accessOf(request), request.params.id);
    return user ? view(user) : notFound(reply);
  });

  app.post<{ Body: Static<typeof UserInput> }>('/v1/users', createFacts, async (request, reply) => {
    if (!isScopeName(request.body.name)) {
      return sendProblem(reply, { code: 'invalid_field', field: 'name', detail: 'Nobody can be called so.' });
    }
    const result = await users.create(askingOf(request), request.body);
    if ('problem' in result) return sendProblem(reply, problemOf(result.problem));
    reply.code(201).header('location', `/v1/users/${result.user.id}`);
    return reply.send(view(result.user));
  });

  app.patch<{ Params: Params; Body: Static<typeof UserChanges> }>(
    '/v1/users/:id',
    changeFacts,
    async (request, reply) => {
      const result = await users.update(askingOf(request), request.params.id, request.body);
      if (!result) return notFound(reply);
      return 'problem' in result ? sendProblem(reply, problemOf(result.problem)) : view(result.user);
    },
  );

  app.delete<{ Params: Params; Querystring: Static<typeof CascadeQuery> }>(
    '/v1/users/:id',
    deleteFacts,
    async (request, reply) => {
      const { cascade = false } = request.query;
      const result = await users.remove(askingOf(request), request.params.id, cascade);
      if (!result) return notFound(reply);
      return 'problem' in result ? sendProblem(reply, problemOf(result.problem)) : reply.code(204).send();
    },
  );
}

const tag = 'users';
const listFacts = described({
  summary: 'The users with a record',
  description: 'A user’s token lists that user.',
  tag,
  least: 'user',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(UserView) } },
});
const oneFacts = described({
  summary: 'One user',
  tag,
  least: 'user',
  params: Params,
  answers: { 200: { description: 'The user.', schema: UserView } },
});
const createFacts = described({
  summary: 'Record a user',
  description:
    'Their domain must have a record, and the extensions they own must be there. Refused with `event_limit_reached` where what they subscribed to before would be more events than one of these may have.',
  tag,
  least: 'domain',
  body: UserInput,
  answers: { 201: { description: 'They are there.', schema: UserView } },
});
const changeFacts = described({
  summary: 'Change a user',
  description:
    'What is left out stays; `extensions` replaces all of them. What they own decides at once what their tokens see. Refused with `event_limit_reached` where they would bring one of these more events than it may have.',
  tag,
  least: 'domain',
  params: Params,
  body: UserChanges,
  answers: { 200: { description: 'As they are now.', schema: UserView } },
});
const deleteFacts = described({
  summary: 'Delete a user’s record',
  description:
    'Refused with `still_in_use` while they have tokens or subscriptions; with `cascade=true` these go with them. Their extensions stay.',
  tag,
  least: 'domain',
  params: Params,
  querystring: CascadeQuery,
  answers: { 204: { description: 'They are gone.' } },
});
