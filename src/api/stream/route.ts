import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Clock } from '../../kit/clock.ts';
import { callerIn } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { domainsOf, eventVisible } from '../auth/visible.ts';
import type { ApiDeps, App } from '../deps.ts';
import { maySeeDelivery } from '../deliveries/routes.ts';
import { typesOf } from '../events/routes.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem, type Answer } from '../problems/problem.ts';
import { openStream, type StreamRequest } from './client.ts';
import type { StreamHub } from './hub.ts';

const Query = Type.Object(
  {
    show: Type.Optional(
      Type.Enum(['events', 'deliveries', 'events,deliveries'], { default: 'events', description: 'What to send.' }),
    ),
    type: Type.Optional(
      Type.String({ maxLength: 2048, description: 'Only these event types; `leg.*` stands for several.' }),
    ),
    domain: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Only events of this domain.' })),
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Begin after this sequence; by default with what comes from now on.' }),
    ),
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

/** A client that takes nothing for so long is cut off; it resumes by `Last-Event-ID`. */
const longestStallMs = 30_000;

const route = described({
  summary: 'Events and deliveries as they happen (server-sent events)',
  description:
    'Resumes after `Last-Event-ID` (a sequence). Frames: `event` with an event, `delivery` with an attempt, `gap` with the range that retention has taken, `missed` where more deliveries came than can be shown.',
  tag: 'events',
  least: 'extension',
  querystring: Query,
  answers: { 200: { description: 'Until one side closes.', type: 'text/event-stream' } },
});

type Deps = Pick<ApiDeps, 'log' | 'clock' | 'delivery'>;

export function streamRoute(app: App, deps: Deps, hub: StreamHub): void {
  app.get<{ Querystring: Query }>('/v1/stream', route, async (request, reply) => {
    const wanted = toStreamRequest(deps, request);
    if ('problem' in wanted) return sendProblem(reply, wanted.problem);
    const closed = new AbortController();
    reply.raw.once('close', () => closed.abort());
    const frames = openStream({ ...deps, hub }, wanted.value, closed.signal);
    if (!frames) return sendProblem(reply, { code: 'too_many_streams', retryAfter: 10 });
    reply.header('content-type', 'text/event-stream; charset=utf-8');
    // Proxies that gather answers before passing them on would make live a matter of minutes.
    reply.header('x-accel-buffering', 'no');
    return reply.send(Readable.from(watched(frames, deps.clock, reply, callerIn(request)), { highWaterMark: 1 }));
  });
}

/**
 * Cuts the connection when the client takes nothing for too long, and ends it when the token opens nothing any more,
 * at the latest with the next heartbeat.
 */
async function* watched(
  frames: AsyncGenerator<string>,
  clock: Clock,
  reply: FastifyReply,
  caller: Caller,
): AsyncGenerator<string> {
  for await (const frame of frames) {
    if (caller.accessNow() === null) return;
    const timer = clock.schedule(longestStallMs, () => reply.raw.destroy());
    try {
      yield frame;
    } finally {
      timer.cancel();
    }
  }
}

function toStreamRequest(
  deps: Deps,
  request: FastifyRequest<{ Querystring: Query }>,
): Answer<{ value: StreamRequest }> {
  const { show = 'events', type, domain, after } = request.query;
  const caller = callerIn(request);
  const types = type === undefined ? null : typesOf(type);
  if (types && 'problem' in types) return types;
  const resume = request.headers['last-event-id'];
  if (resume !== undefined && !/^\d{1,15}$/.test(String(resume))) {
    return { problem: { code: 'invalid_field', field: 'Last-Event-ID', detail: 'Last-Event-ID is no sequence.' } };
  }
  const from = resume === undefined ? (after ?? deps.log.head()) : Number(resume);
  const wantedTypes = types === null ? null : new Set(types);
  return {
    value: {
      after: show === 'deliveries' ? null : from,
      domains: domain === undefined ? domainsOf(caller.access) : [domain],
      // What the caller may see is asked anew for every event: a stream lasts longer than many a right.
      wants: (event) => {
        const access = caller.accessNow();
        return (
          access !== null &&
          eventVisible(access, event) &&
          (wantedTypes === null || wantedTypes.has(event.type)) &&
          (domain === undefined || event.domain === domain)
        );
      },
      wantsDelivery: show.includes('deliveries')
        ? (attempt) => {
            const access = caller.accessNow();
            return access !== null && maySeeDelivery(deps, access, attempt);
          }
        : null,
    },
  };
}
