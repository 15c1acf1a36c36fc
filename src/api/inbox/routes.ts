import { Type, type Static } from 'typebox';
import { callerOf } from '../auth/authenticate.ts';
import { Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';

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

/** The built-in receiver: anybody may post to a token, who has the administrator's token may look. */
export function inboxRoutes(app: App, deps: Pick<ApiDeps, 'inbox' | 'checkToken'>): void {
  const { inbox, checkToken } = deps;
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    const receive = described({
      summary: 'Receive a notification, whatever it is',
      tag: 'inbox',
      token: false,
      params: Params,
      bodies: { '*/*': Type.String({ description: 'Anything.' }) },
      answers: { 204: { description: 'It is kept for a while.' } },
    });
    scope.post<{ Params: Params; Body: Buffer | undefined }>('/inbox/:token', receive, async (request, reply) => {
      const { method, body } = request;
      inbox.receive(request.params.token, { method, headers: oneValueEach(request.headers), body: body ?? null });
      return reply.code(204).send();
    });

    const list = described({
      summary: 'What came to an inbox, oldest first',
      tag: 'inbox',
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
      if (!callerOf(request, checkToken)) {
        reply.header('www-authenticate', 'Bearer realm="offhook"');
        return sendProblem(reply, { code: request.headers.authorization ? 'token_wrong' : 'token_missing' });
      }
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
