import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { parseNetwork } from '../../delivery/sender/networks.ts';
import type { ReportSource } from '../../model/report-source.ts';
import type { Refused } from '../../tenants/problem.ts';
import type { MadeSource } from '../../tenants/sources.ts';
import { accessOf, askingOf } from '../auth/authenticate.ts';
import { CursorQuery, nullable, pageOf, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { keepInstead } from '../idempotency/remember-answers.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { problemOf } from '../tenant-problem.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(CursorQuery, { additionalProperties: false });

const name = Type.Optional(Type.String({ maxLength: 256, default: '', description: 'For people.' }));
const allowFrom = Type.Optional(
  Type.Array(Type.String({ maxLength: 64 }), {
    maxItems: 100,
    default: [],
    description: 'Networks it is taken from, such as `203.0.113.0/24`; none: from anywhere.',
  }),
);
const fields = {
  dialect: Type.String({ maxLength: 32, description: 'Whose words it speaks: `voipnow` or `ringme`.' }),
  domain: Type.String({ minLength: 1, maxLength: 128, description: 'Whose calls it tells of.' }),
  extension: nullable(
    Type.String({ minLength: 1, maxLength: 64 }),
    'Number of the extension it is about. Null: of any, as each notification says.',
  ),
  event: nullable(
    Type.String({ minLength: 1, maxLength: 64 }),
    'The vendor’s name of the only event sent there, such as `hangup`: VoipNow’s notifications don’t say which they are. Null: they say it, or their status does.',
  ),
  connector: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The phone system it belongs to: what several sources of one system say of a call is put together.',
  }),
};
const SourceInput = Type.Object(
  {
    dialect: fields.dialect,
    domain: Type.Optional(fields.domain),
    extension: Type.Optional(fields.extension),
    event: Type.Optional(fields.event),
    name,
    allowFrom,
  },
  { additionalProperties: false },
);
const SourceChanges = Type.Object({ name, allowFrom }, { additionalProperties: false, minProperties: 1 });
const SourceView = Type.Object({
  id: Type.String(),
  ...fields,
  reseller: Type.String(),
  name: Type.String(),
  allowFrom: Type.Array(Type.String()),
  createdAt: Time,
  createdBy: Type.String(),
  remote: nullable(
    Type.Object({
      name: Type.String({ description: 'The extension, as that phone system writes it.' }),
      id: nullable(Type.String(), 'Of the event there; null: not known yet.'),
    }),
    'Where its connector has registered it. It then goes with that registration alone. Null: it was made by hand.',
  ),
});
const MadeSourceView = Type.Object({
  ...SourceView.properties,
  path: nullable(Type.String(), 'Where to send notifications, with the token in it. It is shown this once.'),
});

const viewOf = ({ hash: _hash, number: _number, createdAt, allowFrom: networks, remote, ...source }: ReportSource) => ({
  ...source,
  remote: remote ? { name: remote.name, id: remote.id } : null,
  allowFrom: [...networks],
  createdAt: new Date(createdAt).toISOString(),
});

type Deps = Pick<ApiDeps, 'tenants' | 'dialects' | 'registration'>;

export function sourceRoutes(app: App, { tenants, dialects, registration }: Deps): void {
  const { sources } = tenants;
  /** Without it the connector would not know its event there any more, and nobody would take it away. */
  const isRegistered = (request: FastifyRequest, id: string): boolean => {
    const source = sources.get(accessOf(request), id);
    return source?.remote !== undefined && registration(source.connector) !== null;
  };

  app.get<{ Querystring: Static<typeof Query> }>('/v1/sources', listFacts, async (request) => {
    const { cursor, limit = 50 } = request.query;
    const found = sources.list(accessOf(request), { after: Number(cursor ?? 0), limit: limit + 1 });
    const page = found.slice(0, limit);
    return { items: page.map(viewOf), next: found.length > limit ? String(page.at(-1)?.number) : null };
  });

  app.get<{ Params: Params }>('/v1/sources/:id', oneFacts, async (request, reply) => {
    const source = sources.get(accessOf(request), request.params.id);
    return source ? viewOf(source) : notFound(reply);
  });

  app.post<{ Body: Static<typeof SourceInput> }>('/v1/sources', createFacts, async (request, reply) => {
    const { body } = request;
    const dialect = dialects.find((one) => one.name === body.dialect);
    if (dialect?.decode === undefined) return sendProblem(reply, unreadDialect(body.dialect));
    if (body.event && !dialect.reportedEvents?.includes(body.event)) {
      return sendProblem(reply, unknownEvent(dialect.reportedEvents ?? []));
    }
    const problem = networkProblem(body.allowFrom);
    if (problem) return sendProblem(reply, problem);
    const made = await sources.create(askingOf(request), {
      domain: body.domain,
      dialect: body.dialect,
      extension: body.extension ?? null,
      event: body.event ?? null,
      name: body.name ?? '',
      allowFrom: body.allowFrom ?? [],
    });
    if ('source' in made) reply.code(201).header('location', `/v1/sources/${made.source.id}`);
    return showMade(request, reply, made);
  });

  app.patch<{ Params: Params; Body: Static<typeof SourceChanges> }>(
    '/v1/sources/:id',
    changeFacts,
    async (request, reply) => {
      const problem = networkProblem(request.body.allowFrom);
      if (problem) return sendProblem(reply, problem);
      const result = await sources.update(askingOf(request), request.params.id, request.body);
      return result ? viewOf(result.source) : notFound(reply);
    },
  );

  app.post<{ Params: Params }>('/v1/sources/:id/rotate', rotateFacts, async (request, reply) => {
    if (isRegistered(request, request.params.id)) return sendProblem(reply, { code: 'source_registered' });
    const made = await sources.rotate(askingOf(request), request.params.id);
    return made ? showMade(request, reply, made) : notFound(reply);
  });

  app.delete<{ Params: Params }>('/v1/sources/:id', deleteFacts, async (request, reply) => {
    if (isRegistered(request, request.params.id)) return sendProblem(reply, { code: 'source_registered' });
    const isGone = await sources.remove(askingOf(request), request.params.id);
    return isGone ? reply.code(204).send() : notFound(reply);
  });
}

/** A token in clear is answered once: what is kept for a repeated request is without. */
function showMade(request: FastifyRequest, reply: FastifyReply, made: MadeSource | Refused): FastifyReply {
  if ('problem' in made) return sendProblem(reply, problemOf(made.problem));
  const view = viewOf(made.source);
  keepInstead(request, JSON.stringify({ ...view, path: null }));
  const path = `/in/${made.source.dialect}/${made.token}`;
  return reply.header('cache-control', 'no-store').send({ ...view, path });
}

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'source_not_found' });

const unreadDialect = (dialect: string): Problem => ({
  code: 'invalid_field',
  field: 'dialect',
  detail: `dialect: nothing is taken in ${JSON.stringify(dialect)}.`,
  remedy: 'Name one that is read as well as written, such as voipnow or ringme.',
});

const unknownEvent = (events: readonly string[]): Problem => ({
  code: 'invalid_field',
  field: 'event',
  detail: 'event: the dialect has no such event.',
  remedy: `Name one of ${events.join(', ')}.`,
});

function networkProblem(networks: readonly string[] = []): Problem | null {
  for (const [index, text] of networks.entries()) {
    const parsed = parseNetwork(text);
    if ('network' in parsed) continue;
    const field = `allowFrom[${index}]`;
    return { code: 'invalid_field', field, detail: `${field}: ${parsed.problem}.`, remedy: 'Write it in CIDR.' };
  }
  return null;
}

const tag = 'sources';
const listFacts = described({
  summary: 'The ways in for other phone systems’ notifications',
  tag,
  least: 'domain',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(SourceView) } },
});
const oneFacts = described({
  summary: 'One source',
  tag,
  least: 'domain',
  params: Params,
  answers: { 200: { description: 'The source.', schema: SourceView } },
});
const createFacts = described({
  summary: 'Make a way in for another phone system’s notifications',
  description:
    'Its domain must have a record. Whoever knows the path may say what happens at that extension: give it to that phone system alone, and by HTTPS.',
  tag,
  least: 'domain',
  body: SourceInput,
  answers: { 201: { description: 'It is there.', schema: MadeSourceView } },
});
const changeFacts = described({
  summary: 'Change a source',
  tag,
  least: 'domain',
  params: Params,
  body: SourceChanges,
  answers: { 200: { description: 'As it is now.', schema: SourceView } },
});
const rotateFacts = described({
  summary: 'Give a source another token',
  description:
    'The one before opens nothing any more. Not of one that a connector has registered (`source_registered`).',
  tag,
  least: 'domain',
  params: Params,
  answers: { 200: { description: 'As it is now.', schema: MadeSourceView } },
});
const deleteFacts = described({
  summary: 'Delete a source',
  description: 'What is sent there is answered 404. Not of one that a connector has registered (`source_registered`).',
  tag,
  least: 'domain',
  params: Params,
  answers: { 204: { description: 'It is gone.' } },
});
