import { Type, type Static } from 'typebox';
import type { LiveCall } from '../../calls/live/live-call.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { matchesCall } from '../../model/call-filter.ts';
import type { Event } from '../../model/event.ts';
import { EventSchema } from '../../model/event-schema.ts';
import type { Access } from '../../model/scope.ts';
import { accessOf } from '../auth/authenticate.ts';
import { eventVisible } from '../auth/visible.ts';
import { msOfTime, nullable } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { agentView, AgentViewSchema } from './agent-view.ts';
import { callFilter, CallsQuery, cursorOf, positionOf } from './call-query.ts';
import { callView, callViewFields, CallViewSchema } from './call-view.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
/** What was accepted just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;
/** Events shown with a call: the newest, up to about so many characters. */
const mostEvents = 200;
const mostCharacters = 4_000_000;
const eventsAtOnce = 20;

type Deps = Pick<ApiDeps, 'live' | 'people' | 'calls' | 'journal' | 'log' | 'defaults'>;

const CallsPage = Type.Object({
  items: Type.Array(CallViewSchema),
  next: nullable(Type.String(), 'Pass as `cursor` for the next page; null at the end.'),
  behind: Type.Integer({
    minimum: 0,
    description: 'Events the journal has not read yet: 0 unless it is being made anew, or can’t be kept.',
  }),
});

export function callRoutes(app: App, deps: Deps): void {
  listRoute(app, deps);
  oneRoute(app, deps);
  liveRoute(app, deps);
}

function listRoute(app: App, { live, calls, journal, defaults }: Deps): void {
  const list = described({
    summary: 'The journal of calls, newest first',
    description:
      'Calls in progress and all that ended within `retention.calls`. A page may hold fewer calls than asked for, even none, while `next` says where to go on. With `state=live` it is what goes on now; each page is of its moment.',
    tag: 'calls',
    least: 'extension',
    querystring: CallsQuery,
    answers: { 200: { description: 'A page of calls.', schema: CallsPage } },
  });
  app.get<{ Querystring: CallsQuery }>('/v1/calls', list, async (request, reply) => {
    const access = accessOf(request);
    const { limit = 100, since, until, cursor, state, entries } = request.query;
    const filter = callFilter(request.query, defaults.country);
    if ('problem' in filter) return sendProblem(reply, filter.problem);
    if (state === 'live') {
      const found = live
        .inProgress(access)
        .filter((one) => matchesCall(filter, one) && isWithin(one.call.startedAt, since, until));
      return livePage(found, cursor, limit);
    }
    await journal.caughtUp(mostWaited, (record) => matchesCall(filter, record));
    const page = await calls.search({
      ...filter,
      access,
      limit,
      ...(since !== undefined && { since: msOfTime(since) }),
      ...(until !== undefined && { until: msOfTime(until) }),
      ...(cursor !== undefined && { before: positionOf(cursor) }),
    });
    const next = page.next && cursorOf(page.next);
    return { items: page.calls.map((record) => callView(record, entries)), next, behind: journal.behind() };
  });
}

/** Newest first, in the order of their first events: a call that begins meanwhile moves no other to another page. */
function livePage(calls: readonly LiveCall[], cursor: string | undefined, limit: number) {
  const before = cursor === undefined ? Infinity : positionOf(cursor).row;
  const left = calls.filter(({ firstSeq }) => firstSeq < before);
  const items = left.slice(0, limit);
  const last = items.at(-1);
  const next = last && left.length > limit ? cursorOf({ startedAt: 0, row: last.firstSeq }) : null;
  return { items: items.map((one) => callView(one)), next, behind: 0 };
}

function isWithin(time: string, since: string | undefined, until: string | undefined): boolean {
  const at = Date.parse(time);
  return (since === undefined || at >= msOfTime(since)) && (until === undefined || at < msOfTime(until));
}

function oneRoute(app: App, { live, calls, journal, log }: Deps): void {
  const events = Type.Array(EventSchema, { description: 'The newest that the log still has, oldest first.' });
  const one = described({
    summary: 'One call, with its legs and events',
    tag: 'calls',
    least: 'extension',
    params: Params,
    answers: { 200: { description: 'The call.', schema: Type.Object({ ...callViewFields, events }) } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/calls/:id', one, async (request, reply) => {
    const access = accessOf(request);
    const { id } = request.params;
    await journal.caughtUp(mostWaited, ({ call }) => call.id === id);
    const record = await calls.find(access, id);
    if (record) return { ...callView(record), events: await eventsOf(log, access, record) };
    const found = live.find(access, id);
    return found ? { ...callView(found), events: [] } : sendProblem(reply, { code: 'call_not_found' });
  });
}

async function eventsOf(log: Deps['log'], access: Access, { seqs }: CallRecord): Promise<readonly Event[]> {
  const newest = seqs.slice(-mostEvents).toReversed();
  const found: Event[] = [];
  let characters = 0;
  for (let at = 0; at < newest.length && characters < mostCharacters; at += eventsAtOnce) {
    const some = await log.get(newest.slice(at, at + eventsAtOnce));
    const seen = some.filter((event) => event !== null).filter((event) => eventVisible(access, event));
    found.push(...seen);
    characters += JSON.stringify(seen).length;
  }
  return found.toReversed();
}

const LiveSchema = Type.Object({
  calls: Type.Array(CallViewSchema, { description: 'The calls in progress, newest first.' }),
  agents: Type.Array(AgentViewSchema, { description: 'The agents who are logged in, by name.' }),
});

function liveRoute(app: App, { live, people }: Deps): void {
  const now = described({
    summary: 'What is going on: the calls in progress, and how the agents are',
    tag: 'calls',
    least: 'extension',
    answers: { 200: { description: 'Now.', schema: LiveSchema } },
  });
  app.get('/v1/live', now, async (request) => {
    const access = accessOf(request);
    return { calls: live.inProgress(access).map((one) => callView(one)), agents: people.agents(access).map(agentView) };
  });
}
