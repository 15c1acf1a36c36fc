/**
 * A short-lived token for a long-lived one (RFC 6749, 4.4), for clients that know only this way to log in. What is given out
 * is a grant of the token: nothing of it is kept here.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Fields, readFields } from '../bodies/read-fields.ts';
import type { Bodies } from '../bodies/receive.ts';
import type { ApiDeps, App } from '../deps.ts';
import { limitBodyTime } from '../inbox/body-deadline.ts';
import { described } from '../openapi/route-list.ts';
import { problemFromError } from '../problems/from-error.ts';
import { problemCatalog } from '../problems/catalog.ts';
import { InvalidRequest } from '../validator.ts';
import { invalidClient, type OAuthError, readCredentials } from './credentials.ts';
import { GuessLimit } from '../auth/guess-limit.ts';

const validMs = 3_600_000;
const mostWrong = 10;
/** Two secrets and some names. */
const maxBodyBytes = 8_192;

/** The second is what some vendors' clients ask. */
export const tokenPaths = ['/oauth/token', '/oauth/token.php'] as const;

type Deps = Pick<ApiDeps, 'tenants' | 'clock' | 'logger'> & { readonly bodies: Bodies };

export function oauthRoutes(app: App, { tenants, clock, logger, bodies }: Deps): void {
  const guesses = new GuessLimit(clock, mostWrong);

  void app.register(async (scope) => {
    bodies.accept(scope, '*', (_request, bytes, done) => done(null, bytes));
    scope.setErrorHandler((error, request, reply) => {
      const problem = error instanceof InvalidRequest ? error.problem : problemFromError(error);
      if (problem) {
        const { status, title, remedy } = problemCatalog[problem.code];
        return answer(reply, status, 'invalid_request', `${problem.detail ?? title}. ${problem.remedy ?? remedy}`);
      }
      logger.error({ requestId: request.id, stack: (error as Error).stack }, 'request failed');
      return answer(reply, 500, 'server_error', 'Something went wrong here; try again.');
    });
    const guarded = {
      ...facts,
      bodyLimit: maxBodyBytes,
      onRequest: async (request: FastifyRequest, reply: FastifyReply) => limitBodyTime(clock, request, reply),
    };
    const answerToken = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const read = readFields(request.headers['content-type'], body);
      if ('wrong' in read) return refuse(reply, { status: 400, error: 'invalid_request', description: read.wrong });
      return exchange(request, reply, read.fields);
    };
    for (const path of tokenPaths) scope.post(path, guarded, answerToken);
  });

  function exchange(request: FastifyRequest, reply: FastifyReply, fields: Fields): FastifyReply {
    const read = readCredentials(fields, request.headers.authorization);
    if ('refused' in read) return refuse(reply, read.refused);
    const { id, secret } = read.credentials;
    const wait = guesses.waitMs(request.ip, id);
    if (wait > 0) {
      reply.header('retry-after', String(Math.ceil(wait / 1_000)));
      const description = 'Too many wrong secrets came for this client_id. Try again after Retry-After seconds.';
      return refuse(reply, { status: 429, error: 'rate_limit_exceeded', description });
    }
    const granted = tenants.grants.exchange(id, secret, validMs);
    if (!granted) {
      guesses.note(request.ip, id);
      return refuse(reply, invalidClient);
    }
    return uncached(reply).send({
      access_token: granted.text,
      token_type: 'Bearer',
      expires_in: Math.max(0, Math.floor((granted.until - clock.now()) / 1_000)),
    });
  }
}

const uncached = (reply: FastifyReply): FastifyReply =>
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');

function refuse(reply: FastifyReply, { status, error, description }: OAuthError): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Basic realm="offhook"');
  return answer(reply, status, error, description);
}

const answer = (reply: FastifyReply, status: number, error: string, description: string): FastifyReply =>
  uncached(reply).code(status).send({ error, error_description: description });

const facts = described({
  summary: 'Log in with a token’s id and text, for a token of an hour',
  description:
    'OAuth 2.0, `grant_type=client_credentials`, with `client_id` and `client_secret` as form fields or in `Authorization: Basic`. `client_id` is the id of a token (`GET /v1/tokens`), `client_secret` its text. The `access_token` opens what the token opens, wherever a token is asked for, and ends at once when that is rotated, revoked or expires; what is made with it can’t outlast it. Errors are as RFC 6749 has them: `error` and `error_description`.',
  tag: 'tokens',
  token: false,
  errors: Type.Object({ error: Type.String(), error_description: Type.String() }),
  bodies: {
    'application/x-www-form-urlencoded': Type.Object({
      grant_type: Type.Literal('client_credentials'),
      client_id: Type.String({ description: 'Id of a token.' }),
      client_secret: Type.String({ description: 'The token’s text.' }),
    }),
  },
  answers: {
    200: { description: '`access_token`, `token_type` and `expires_in`, in seconds.' },
    400: { description: '`invalid_request`, `unsupported_grant_type`.' },
    401: { description: '`invalid_client`: there is no such token, or it is no longer valid.' },
    429: {
      description: '`rate_limit_exceeded`: ten wrong secrets for this token came from one address within a minute.',
    },
  },
});
