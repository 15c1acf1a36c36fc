import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Author } from '../../model/audit.ts';
import { isAtLeast, kindOf, type Access } from '../../model/scope.ts';
import type { Asking } from '../../tenants/context.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import type { Caller, TokenCheck } from './caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that needs a token; null on the open ones. */
    caller: Caller | null;
  }
}

/** RFC 6750: the scheme in any case, one space or more, the token. */
function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  return (header && /^bearer +([\x21-\x7e]{1,1024}) *$/i.exec(header)?.[1]) || null;
}

/** Who asks, or why that is not known. */
export function callerOf(
  request: FastifyRequest,
  check: TokenCheck,
): { readonly caller: Caller } | { readonly problem: Problem } {
  const token = bearerOf(request);
  const found = token === null ? null : check(token);
  if (found === 'expired') return { problem: { code: 'token_expired' } };
  if (found) return { caller: found };
  return { problem: { code: request.headers.authorization ? 'token_wrong' : 'token_missing' } };
}

export function sendUnauthenticated(reply: FastifyReply, problem: Problem): FastifyReply {
  reply.header('www-authenticate', 'Bearer realm="offhook"');
  return sendProblem(reply, problem);
}

/**
 * An `onRequest` hook: before the body is read, so that a stranger's body never is. A route says which kinds of token
 * it is for (`least`); one that says nothing is the superuser's alone.
 */
export function authenticate(check: TokenCheck) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const found = callerOf(request, check);
    if ('problem' in found) return sendUnauthenticated(reply, found.problem);
    const { caller } = found;
    const least = request.routeOptions.config.facts?.least ?? 'superuser';
    const kind = kindOf(caller.access);
    if (!isAtLeast(kind, least)) {
      const detail = `A token of kind ${kind} may not do this; it takes ${least} or higher.`;
      return sendProblem(reply, { code: 'kind_not_allowed', detail });
    }
    request.caller = caller;
    return undefined;
  };
}

/** The caller, on routes behind `authenticate`. */
export function callerIn(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('route without authentication asked who calls');
  return request.caller;
}

/** The caller's access, on routes behind `authenticate`. */
export const accessOf = (request: FastifyRequest): Access => callerIn(request).access;

/** How the audit names who makes this request. */
export function authorOf(request: FastifyRequest): Author {
  const { author, access } = callerIn(request);
  return { ...author, kind: kindOf(access), address: request.ip, requestId: request.id };
}

/** Who wants a change, on routes behind `authenticate`. */
export function askingOf(request: FastifyRequest): Asking {
  const { access, expiresAt } = callerIn(request);
  return { access, expiresAt, author: authorOf(request) };
}
