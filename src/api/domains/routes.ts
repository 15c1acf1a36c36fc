import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { isAtLeast, kindOf, seesEverything, type Access } from '../../model/scope.ts';
import type { Domain } from '../../model/tenants.ts';
import { accessOf, askingOf } from '../auth/authenticate.ts';
import { CascadeQuery, CursorQuery, pageOf } from '../contract/common.ts';
import { DomainChanges, DomainInput, DomainView } from '../contract/tenants.ts';
import type { App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { problemOf } from '../tenant-problem.ts';
import { domainProblem } from './read-domain.ts';
import { leftBehind, type LeftEvents, LeftSchema, type RegisteredDeps, withTakenBack } from './take-back.ts';

const Params = Type.Object({ name: Type.String({ minLength: 1, maxLength: 128 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(CursorQuery, { additionalProperties: false });

/** Where receivers stand inside is nothing for a domain's users. */
function view(access: Access, { allowNetworks, ...domain }: Domain): Static<typeof DomainView> {
  return isAtLeast(kindOf(access), 'domain') ? { ...domain, allowNetworks: [...allowNetworks] } : domain;
}

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'domain_not_found' });

export function domainRoutes(app: App, deps: RegisteredDeps): void {
  const { domains } = deps.tenants;

  app.get<{ Querystring: Static<typeof Query> }>('/v1/domains', listFacts, async (request) => {
    const { cursor, limit = 50 } = request.query;
    const access = accessOf(request);
    const found = domains.list(access, { after: Number(cursor ?? 0), limit: limit + 1 });
    const page = found.slice(0, limit);
    const next = found.length > limit ? String(page.at(-1)?.id) : null;
    return { items: page.map((domain) => view(access, domain)), next };
  });

  app.get<{ Params: Params }>('/v1/domains/:name', oneFacts, async (request, reply) => {
    const access = accessOf(request);
    const domain = domains.get(access, request.params.name);
    return domain ? view(access, domain) : notFound(reply);
  });

  app.post<{ Body: Static<typeof DomainInput> }>('/v1/domains', createFacts, async (request, reply) => {
    const problem = domainProblem(request.body);
    if (problem) return sendProblem(reply, problem);
    const result = await domains.create(askingOf(request), request.body);
    if ('problem' in result) return sendProblem(reply, problemOf(result.problem));
    const { domain } = result;
    reply.code(201).header('location', `/v1/domains/${encodeURIComponent(domain.name)}`);
    return reply.send(view(accessOf(request), domain));
  });

  app.patch<{ Params: Params; Body: Static<typeof DomainChanges> }>(
    '/v1/domains/:name',
    changeFacts,
    async (request, reply) => {
      const problem = domainProblem(request.body);
      if (problem) return sendProblem(reply, problem);
      const result = await domains.update(askingOf(request), request.params.name, request.body);
      if (!result) return notFound(reply);
      if ('problem' in result) return sendProblem(reply, problemOf(result.problem));
      return view(accessOf(request), result.domain);
    },
  );

  app.delete<{ Params: Params; Querystring: Static<typeof CascadeQuery> }>(
    '/v1/domains/:name',
    deleteFacts,
    async (request, reply) => {
      const { cascade = false } = request.query;
      const { name } = request.params;
      const access = accessOf(request);
      const remove = async (left: LeftEvents): Promise<FastifyReply> => {
        const result = await domains.remove(askingOf(request), name, cascade);
        if (!result) return notFound(reply);
        if ('problem' in result) return sendProblem(reply, problemOf(result.problem));
        const told = leftBehind(deps, name, left);
        return told ? reply.code(200).send(told) : reply.code(204).send();
      };
      const isTheirs = cascade && seesEverything(access) && domains.get(access, name) !== null;
      return isTheirs ? withTakenBack(deps, name, remove) : remove([]);
    },
  );
}

const tag = 'domains';
const listFacts = described({
  summary: 'The domains with a record',
  description:
    'Events need none: what comes from a domain without a record is taken all the same, and belongs to the reseller its source names.',
  tag,
  least: 'extension',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(DomainView) } },
});
const oneFacts = described({
  summary: 'One domain',
  tag,
  least: 'extension',
  params: Params,
  answers: { 200: { description: 'The domain.', schema: DomainView } },
});
const createFacts = described({
  summary: 'Record a domain',
  description: 'The name decides whom its events go to, so that only a superuser gives it to somebody.',
  tag,
  least: 'superuser',
  body: DomainInput,
  answers: { 201: { description: 'It is there.', schema: DomainView } },
});
const changeFacts = described({
  summary: 'Change a domain',
  description:
    'What is left out stays. `allowNetworks` is a superuser’s to set, `eventLimit` a superuser’s or the reseller’s.',
  tag,
  least: 'domain',
  params: Params,
  body: DomainChanges,
  answers: { 200: { description: 'As it is now.', schema: DomainView } },
});
const deleteFacts = described({
  summary: 'Delete a domain’s record',
  description:
    'Refused with `still_in_use` while it has extensions, users, tokens or subscriptions. With `cascade=true` they go with it: its tokens open nothing from then on, and what waits for its subscriptions is cancelled. What its connectors registered on phone systems elsewhere is removed there first, for 25 seconds at most. Its events stay until retention takes them, and so do its audit entries. Cut short by a crash, the same request again does the rest.',
  tag,
  least: 'superuser',
  params: Params,
  querystring: CascadeQuery,
  answers: {
    200: {
      description: 'It is gone, and events of its connectors are left at a phone system elsewhere.',
      schema: LeftSchema,
    },
    204: { description: 'It is gone.' },
  },
});
