import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { isAtLeast, kindOf } from '../../model/scope.ts';
import { callerOf, sendUnauthenticated } from '../auth/authenticate.ts';
import type { Bodies } from '../bodies/receive.ts';
import { Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { limitBodyTime } from './body-deadline.ts';
import type { OpenInboxes } from './open-inboxes.ts';

const Params = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) });
type Params = Static<typeof Params>;
const Query = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({ maxLength: 16, pattern: '^[0-9]+$', description: 'Only messages after this number.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
);
const Message = Type.Object({
  number: Type.Integer(),
  receivedAt: Time,
  method: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String(),
  bodyBytes: Type.Integer({ description: 'Bytes of the whole body, of which the first are kept.' }),
});

/** Most bytes of a body posted here, which is as much as an inbox keeps of one. */
const maxBodyBytes = 262_144;

type Deps = Pick<ApiDeps, 'inbox' | 'checkToken' | 'clock'> & { readonly bodies: Bodies };

/**
 * The built-in receiver: anybody may post to an inbox that some subscription delivers to; who may see all of these
 * subscriptions may look. Since it takes from strangers, it asks who is meant before it reads anything.
 */
export function inboxRoutes(app: App, deps: Deps, open: OpenInboxes): void {
  const { inbox, checkToken, clock, bodies } = deps;
  void app.register(async (scope) => {
    bodies.accept(scope, '*', (_request, body, done) => done(null, body));

    const receive = described({
      summary: 'Receive a notification, whatever it is',
      description:
        'An inbox exists while some subscription delivers to `inbox:TOKEN`; posts to any other are answered 404 before they are read. A body has at most 256 kB and 10 s to come. The newest 200 messages of an inbox are kept in memory, 16 MB of all inboxes together: over that the fullest gives up its oldest. A restart empties them.',
      tag: 'inbox',
      token: false,
      params: Params,
      bodies: { '*/*': Type.String({ description: 'Anything.' }) },
      answers: {
        204: { description: 'It is kept for a while.' },
        404: { description: '`inbox_not_found`: no subscription delivers there.' },
        408: { description: '`request_timeout`: the body took longer than 10 s.' },
        413: { description: '`body_too_large`: over 256 kB.' },
      },
    });
    const guarded = {
      ...receive,
      bodyLimit: maxBodyBytes,
      onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
        if (open.has((request.params as Params).token)) return limitBodyTime(clock, request, reply);
        // What follows the headers is not waited for.
        reply.header('connection', 'close');
        return sendProblem(reply, { code: 'inbox_not_found' });
      },
    };
    scope.post<{ Params: Params; Body: Buffer | undefined }>('/inbox/:token', guarded, async (request, reply) => {
      const { method, body } = request;
      inbox.receive(request.params.token, { method, headers: oneValueEach(request.headers), body: body ?? null });
      return reply.code(204).send();
    });

    const list = described({
      summary: 'What came to an inbox, oldest first',
      description: 'For tokens that may see every subscription that delivers there.',
      tag: 'inbox',
      least: 'user',
      params: Params,
      querystring: Query,
      answers: {
        200: {
          description: 'The messages; `dropped` came before them and are no longer kept.',
          schema: Type.Object({
            items: Type.Array(Message),
            next: Type.Union([Type.String(), Type.Null()]),
            dropped: Type.Integer(),
          }),
        },
      },
    });
    scope.get<{ Params: Params; Querystring: Static<typeof Query> }>('/inbox/:token', list, async (request, reply) => {
      const found = callerOf(request, checkToken);
      if ('problem' in found) return sendUnauthenticated(reply, found.problem);
      const { access } = found.caller;
      const mayRead = isAtLeast(kindOf(access), 'user') && open.mayRead(access, request.params.token);
      if (!mayRead) return sendProblem(reply, { code: 'inbox_not_found' });
      const { cursor, limit = 100 } = request.query;
      const { messages, dropped } = inbox.list(request.params.token, { after: Number(cursor ?? 0), limit });
      const items = messages.map(({ token: _token, ...message }) => message);
      return { items, next: messages.length === limit ? String(messages.at(-1)?.number) : null, dropped };
    });
  });
}

function oneValueEach(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const one: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) one[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return one;
}
