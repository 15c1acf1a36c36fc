import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problems/problem.ts';

/**
 * An `onRequest` hook. What a route takes in its query its schema says, and refuses the rest; one that takes nothing
 * refuses all, since a filter that is not looked at would seem to have found everything.
 */
export async function refuseUnknownQuery(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (request.routeOptions.config.facts?.querystring) return undefined;
  const [name] = Object.keys(request.query as object);
  if (name === undefined) return undefined;
  const field = name.slice(0, 100);
  const remedy = 'Leave it out: this route takes nothing in its query.';
  return sendProblem(reply, { code: 'unknown_field', field, detail: `There is no field ${field}.`, remedy });
}
