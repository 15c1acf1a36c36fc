import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problems/problem.ts';

/**
 * An `onRequest` hook: a compressed body is refused by name, before it is read. None is unpacked, so that no small body
 * can become a large one.
 */
export async function refuseEncodedBody(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const shown = /^[!-~ ]{1,64}$/.test(encoding) ? encoding : 'this one';
  reply.header('accept-encoding', 'identity');
  return sendProblem(reply, {
    code: 'media_type_unsupported',
    detail: `Bodies with Content-Encoding are not understood here: ${shown}.`,
    remedy: 'Send the body as it is, without Content-Encoding.',
  });
}
