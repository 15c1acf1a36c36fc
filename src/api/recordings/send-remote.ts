import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RemoteSound } from '../../calls/recording-files.ts';
import { nothingOf } from './send-recording.ts';

/** By which players know files. */
const endings: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
};

/** The sound as it comes from the phone system; of its head only what is known to be right. */
export function sendRemote(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  { contentType, bytes, contentRange, inParts, body }: RemoteSound,
): FastifyReply {
  const ending = endings[contentType];
  const name = id.replace(/[^A-Za-z0-9+@=_.-]/g, '_') + (ending === undefined ? '' : `.${ending}`);
  reply.header('cache-control', 'private, no-store').header('content-disposition', `attachment; filename="${name}"`);
  if (inParts) reply.header('accept-ranges', 'bytes');
  if (contentRange !== null) reply.code(206).header('content-range', contentRange);
  if (bytes !== null) reply.header('content-length', bytes);
  reply.type(contentType);
  if (request.method !== 'HEAD') return reply.send(body);
  body.destroy();
  return reply.send(nothingOf());
}

export function sendBeyond(reply: FastifyReply, contentRange: string | null): FastifyReply {
  if (contentRange !== null) reply.header('content-range', contentRange);
  return reply.code(416).send();
}
