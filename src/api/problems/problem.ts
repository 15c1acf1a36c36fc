import type { FastifyReply } from 'fastify';
import { problemCatalog, type ProblemCode } from './catalog.ts';

/** What an error answer says besides what the catalog knows. Never secrets, never what only the server may know. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong this time. */
  readonly detail?: string;
  /** Path of the field at fault, as the caller wrote it: `endpoint.url`, `[3].call.id`. */
  readonly field?: string;
  /** What would be right this time, where it is more exact than the catalog. */
  readonly remedy?: string;
  /** Seconds to wait before trying again. */
  readonly retryAfter?: number;
  /** Further members of the answer. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A handler's result: the answer's body, or what is wrong. */
export type Answer<T> = T | { readonly problem: Problem };

/** The body as RFC 9457 lays it out. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  const entry = problemCatalog[problem.code];
  return {
    type: `urn:offhook:problem:${problem.code}`,
    title: entry.title,
    status: entry.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.field === undefined ? {} : { field: problem.field }),
    remedy: problem.remedy ?? entry.remedy,
    requestId,
    ...problem.more,
  };
}

const answered = new WeakMap<FastifyReply, ProblemCode>();

/** The problem that was answered with, if any. */
export const problemIn = (reply: FastifyReply): ProblemCode | undefined => answered.get(reply);

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  answered.set(reply, problem.code);
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
  return reply
    .code(problemCatalog[problem.code].status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, reply.request.id)));
}
