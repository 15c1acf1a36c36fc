import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problems/problem.ts';

/** No body that is documented nests half as deep; and what walks through a body does so by calling itself. */
const mostLevels = 32;

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const part of Object.values(value)) if (nestsDeeper(part, levels - 1)) return true;
  return false;
}

/** A `preHandler` hook for bodies that came as JSON. */
export async function refuseDeepBody(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { body } = request;
  if (body instanceof Uint8Array || !nestsDeeper(body, mostLevels)) return undefined;
  return sendProblem(reply, { code: 'malformed_body', detail: `The body nests deeper than ${mostLevels} levels.` });
}
