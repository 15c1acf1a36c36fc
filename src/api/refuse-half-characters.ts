import type { FastifyReply, FastifyRequest } from 'fastify';
import { halfCharacter } from '../model/half-character.ts';
import { sendProblem } from './problems/problem.ts';

interface Half {
  readonly field: string;
  readonly where: 'text' | 'name';
}

function halfIn(value: unknown, field: string): Half | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : { field, where: 'text' };
  if (typeof value !== 'object' || value === null) return null;
  const isList = Array.isArray(value);
  for (const [name, part] of Object.entries(value)) {
    if (!name.isWellFormed()) return { field, where: 'name' };
    const half = halfIn(part, isList ? `${field}[${name}]` : field === '' ? name : `${field}.${name}`);
    if (half) return half;
  }
  return null;
}

/** A `preHandler` hook for bodies that came as JSON, none too deep. Of events, which come as text, their reader sees to it. */
export async function refuseHalfCharacters(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { body } = request;
  const half = typeof body === 'object' && !(body instanceof Uint8Array) ? halfIn(body, '') : null;
  if (!half) return undefined;
  const { field, where } = half;
  const { message, remedy } = halfCharacter(field, where);
  return sendProblem(reply, { code: 'invalid_field', detail: message, remedy, ...(field !== '' && { field }) });
}
