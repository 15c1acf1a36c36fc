import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Facade } from '../../dialects/facade.ts';
import type { Problem } from '../problems/problem.ts';
import { refusalOf } from './refusal.ts';

/** The answer to a path that can't even be read, in the form of the API it was meant for; null: for none of these. */
export function refuseUrl(
  facades: readonly Facade[],
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): FastifyReply | null {
  const facade = facades.find(({ base }) => request.url.startsWith(`${base}/`));
  if (!facade) return null;
  const { status, body } = facade.refuse(refusalOf(problem));
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}
