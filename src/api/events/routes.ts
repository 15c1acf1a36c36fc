import { Type, type Static } from 'typebox';
import { EventSchema } from '../../model/event-schema.ts';
import { expandEventTypes, type EventType } from '../../model/event-types/index.ts';
import type { FastifyReply } from 'fastify';
import type { Access } from '../../model/scope.ts';
import { accessOf } from '../auth/authenticate.ts';
import { eventVisible } from '../auth/visible.ts';
import { type CallFilter, matchesCall } from '../../model/call-filter.ts';
import { callOutcomes } from '../../model/outcome.ts';
import { noNumber, numbersMeant } from '../calls/call-query.ts';
import { callsCursor, callsPlaceOf } from '../calls/through-calls.ts';
import { CursorQuery, msOfTime, pageOf, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem, type Problem } from '../problems/problem.ts';
import { eventsOfCalls } from './of-calls.ts';
import { searchEvents, type EventQuery } from './search.ts';

const name = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));

const Query = Type.Object(
  {
    type: Type.Optional(
      Type.String({ maxLength: 2048, description: 'Types, separated by commas; `leg.*` and `*` stand for several.' }),
    ),
    domain: name('Only events of this domain.'),
    call: name('Only events of the call with this id.'),
    number: name(
      'Only events of calls with this number, in any spelling; see GET /v1/calls. Newest call first, and the events of each together.',
    ),
    outcome: Type.Optional(
      Type.Enum([...callOutcomes], {
        description: 'Only events of calls with this outcome; in the order of `number`.',
      }),
    ),
    extension: name('Only events of calls this extension took part in.'),
    connector: name('Only events from this connector.'),
    since: Type.Optional(Type.String({ ...Time, description: 'Only events accepted at or after this time.' })),
    until: Type.Optional(Type.String({ ...Time, description: 'Only events accepted before this time.' })),
    cursor: Type.Optional(
      Type.String({ maxLength: 64, pattern: '^[0-9]+(-[0-9]+){0,2}$', description: '`next` of the page before.' }),
    ),
    limit: CursorQuery.limit,
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });

type Deps = Pick<ApiDeps, 'log' | 'calls' | 'journal' | 'defaults'>;
/** What was accepted just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;

export function eventRoutes(app: App, deps: Deps): void {
  const { log } = deps;
  const list = described({
    summary: 'Search events, newest first',
    description: 'A page may hold fewer events than asked for, even none, while `next` says where to go on.',
    tag: 'events',
    least: 'extension',
    querystring: Query,
    answers: { 200: { description: 'A page of events.', schema: pageOf(EventSchema) } },
  });
  app.get<{ Querystring: Query }>('/v1/events', list, async (request, reply) => {
    const { number, outcome, cursor } = request.query;
    const throughCalls = number !== undefined || outcome !== undefined;
    if (cursor !== undefined && throughCalls !== cursor.includes('-')) return sendProblem(reply, otherSearch);
    const query = toQuery(request.query);
    if ('problem' in query) return sendProblem(reply, query.problem);
    if (throughCalls) return answerThroughCalls(deps, reply, accessOf(request), { query, number, outcome, cursor });
    const { events, next } = await searchEvents(log, accessOf(request), query);
    return { items: events, next: next === null ? null : String(next) };
  });

  const one = described({
    summary: 'One event',
    description: 'Ids are unique per connector: where several have the id, the newest is answered.',
    tag: 'events',
    least: 'extension',
    params: Params,
    answers: { 200: { description: 'The event.', schema: EventSchema } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/events/:id', one, async (request, reply) => {
    const access = accessOf(request);
    const found = await log.findById(request.params.id, access);
    return found.find((event) => eventVisible(access, event)) ?? sendProblem(reply, { code: 'event_not_found' });
  });
}

const otherSearch: Problem = {
  code: 'invalid_field',
  field: 'cursor',
  detail: 'cursor is not of a page of this search.',
};

interface Asked {
  readonly query: EventQuery;
  readonly number: string | undefined;
  readonly outcome: CallFilter['outcome'] | undefined;
  readonly cursor: string | undefined;
}

async function answerThroughCalls(
  { log, calls, journal, defaults }: Deps,
  reply: FastifyReply,
  access: Access,
  { query, number, outcome, cursor }: Asked,
) {
  const numbers = number === undefined ? {} : numbersMeant(number, defaults.country);
  if (!numbers) return sendProblem(reply, noNumber);
  const filter = { ...numbers, ...(outcome && { outcome }) };
  await journal.caughtUp(mostWaited, (record) => matchesCall(filter, record));
  const before = cursor === undefined ? null : callsPlaceOf(cursor);
  const { items, next } = await eventsOfCalls({ log, calls }, access, { ...query, filter, before });
  return { items, next: next && callsCursor(next) };
}

function toQuery(query: Query): EventQuery | { readonly problem: Problem } {
  const types = query.type === undefined ? null : typesOf(query.type);
  if (types && 'problem' in types) return types;
  return {
    types,
    domain: query.domain ?? null,
    call: query.call ?? null,
    extension: query.extension ?? null,
    connector: query.connector ?? null,
    since: query.since === undefined ? null : msOfTime(query.since),
    until: query.until === undefined ? null : msOfTime(query.until),
    before: query.cursor === undefined || query.cursor.includes('-') ? null : Number(query.cursor),
    limit: query.limit ?? 50,
  };
}

/** Event types from a comma-separated list with wildcards. */
export function typesOf(list: string, field = 'type'): readonly EventType[] | { readonly problem: Problem } {
  const entries = list.split(',').map((entry) => entry.trim());
  const expanded = expandEventTypes(entries.filter((entry) => entry !== ''));
  if ('types' in expanded) return expanded.types;
  const [unknown] = expanded.unknown;
  const meant = unknown?.closest[0];
  return {
    problem: {
      code: 'invalid_field',
      field,
      detail: `There is no event type ${JSON.stringify(unknown?.entry)}.`,
      remedy: meant ? `Did you mean "${meant}"?` : 'The reference lists every event type.',
    },
  };
}
