import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../../model/scope.ts';
import { sendProblem } from '../problems/problem.ts';

/** Who a token belongs to and what they may see; null for a token nobody has. */
export interface Caller {
  /** Stable name for what is kept by caller, such as idempotency keys. */
  readonly name: string;
  readonly access: Access;
}

export type TokenCheck = (token: string) => Caller | null;

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

export function callerOf(request: FastifyRequest, check: TokenCheck): Caller | null {
  const token = bearerOf(request);
  return token === null ? null : check(token);
}

/** An `onRequest` hook: before the body is read, so that a stranger's body never is. */
export function authenticate(check: TokenCheck) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const token = bearerOf(request);
    const caller = token === null ? null : check(token);
    if (caller) {
      request.caller = caller;
      return undefined;
    }
    reply.header('www-authenticate', 'Bearer realm="offhook"');
    return sendProblem(reply, { code: request.headers.authorization ? 'token_wrong' : 'token_missing' });
  };
}

/** The caller's access, on routes behind `authenticate`. */
export function accessOf(request: FastifyRequest): Access {
  if (!request.caller) throw new Error('route without authentication asked for access');
  return request.caller.access;
}
