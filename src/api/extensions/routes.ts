import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { accessOf, askingOf } from '../auth/authenticate.ts';
import { CascadeQuery, CursorQuery, pageOf } from '../contract/common.ts';
import { ExtensionChanges, ExtensionInput, ExtensionView } from '../contract/tenants.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { problemOf } from '../tenant-problem.ts';
import { ExtensionList } from './list.ts';
import { readDids } from './read-dids.ts';

const Params = Type.Object({ id: Type.Integer({ minimum: 1 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(
  {
    domain: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Only of this domain.' })),
    number: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only with this number.' })),
    ...CursorQuery,
  },
  { additionalProperties: false },
);

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'extension_not_found' });

type Deps = Pick<ApiDeps, 'tenants' | 'defaults' | 'people' | 'delivery'>;

export function extensionRoutes(app: App, { tenants, defaults, people, delivery }: Deps): void {
  const { extensions } = tenants;
  const all = new ExtensionList(tenants, people, delivery.subscriptions);
  const view = all.viewOf.bind(all);
  const didsOf = (dids: readonly string[] | undefined, domain: string | undefined) =>
    readDids(dids, (domain === undefined ? null : tenants.countryOf(domain)) ?? defaults.country);

  app.get<{ Querystring: Static<typeof Query> }>('/v1/extensions', listFacts, async (request) => {
    const { limit = 50, ...query } = request.query;
    return all.page(accessOf(request), { ...query, limit });
  });

  app.get<{ Params: Params }>('/v1/extensions/:id', oneFacts, async (request, reply) => {
    const extension = extensions.get(accessOf(request), request.params.id);
    return extension ? view(extension) : notFound(reply);
  });

  app.post<{ Body: Static<typeof ExtensionInput> }>('/v1/extensions', createFacts, async (request, reply) => {
    const asking = askingOf(request);
    const { domain } = asking.access;
    // The country of a domain that is not the caller's must not show: the directory refuses it below.
    const dids = didsOf(request.body.dids, domain === '*' ? request.body.domain : domain);
    if ('problem' in dids) return sendProblem(reply, dids.problem);
    const result = await extensions.create(asking, { ...request.body, dids: dids.value });
    if ('problem' in result) return sendProblem(reply, problemOf(result.problem));
    reply.code(201).header('location', `/v1/extensions/${result.extension.id}`);
    return reply.send(view(result.extension));
  });

  app.patch<{ Params: Params; Body: Static<typeof ExtensionChanges> }>(
    '/v1/extensions/:id',
    changeFacts,
    async (request, reply) => {
      const asking = askingOf(request);
      const known = extensions.get(asking.access, request.params.id);
      if (!known) return notFound(reply);
      const dids = didsOf(request.body.dids, known.domain);
      if ('problem' in dids) return sendProblem(reply, dids.problem);
      const result = await extensions.update(asking, known.id, { ...request.body, dids: dids.value });
      if (!result) return notFound(reply);
      return 'problem' in result ? sendProblem(reply, problemOf(result.problem)) : view(result.extension);
    },
  );

  app.delete<{ Params: Params; Querystring: Static<typeof CascadeQuery> }>(
    '/v1/extensions/:id',
    deleteFacts,
    async (request, reply) => {
      const { cascade = false } = request.query;
      const result = await extensions.remove(askingOf(request), request.params.id, cascade);
      if (!result) return notFound(reply);
      return 'problem' in result ? sendProblem(reply, problemOf(result.problem)) : reply.code(204).send();
    },
  );
}

const tag = 'extensions';
const listFacts = described({
  summary: 'The extensions, declared and discovered',
  description:
    'Phones, queues, IVRs, conferences and other lines. First those with a record (`declared`), then those a phone system has shown that have none (`discovered`, without an id): recording one under the same number declares it. A user’s token lists the ones they own. Events need no record.',
  tag,
  least: 'extension',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(ExtensionView) } },
});
const oneFacts = described({
  summary: 'One extension',
  tag,
  least: 'extension',
  params: Params,
  answers: { 200: { description: 'The extension.', schema: ExtensionView } },
});
const createFacts = described({
  summary: 'Record an extension',
  description:
    'Its domain must have a record. The id stays for good and is never given to another. Refused with `event_limit_reached` where subscriptions that its owners made before would be more events than it may have.',
  tag,
  least: 'domain',
  body: ExtensionInput,
  answers: { 201: { description: 'It is there.', schema: ExtensionView } },
});
const changeFacts = described({
  summary: 'Change an extension',
  description:
    'What is left out stays. Who owns it decides at once what users’ tokens see. Refused with `event_limit_reached` where new owners would bring it more events than it may have.',
  tag,
  least: 'domain',
  params: Params,
  body: ExtensionChanges,
  answers: { 200: { description: 'As it is now.', schema: ExtensionView } },
});
const deleteFacts = described({
  summary: 'Delete an extension’s record',
  description:
    'Refused with `still_in_use` while tokens or subscriptions are this extension’s alone; with `cascade=true` they go with it. With an `eventLimit` below its domain’s, a superuser or the reseller deletes it.',
  tag,
  least: 'domain',
  params: Params,
  querystring: CascadeQuery,
  answers: { 204: { description: 'It is gone.' } },
});
