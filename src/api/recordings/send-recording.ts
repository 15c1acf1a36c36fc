import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordingFile } from '../../calls/recording-files.ts';
import { byteRange } from './byte-range.ts';

/** The file, or the part of it that is asked for. */
export async function sendRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  file: RecordingFile,
): Promise<FastifyReply> {
  const range = byteRange(request.headers.range, file.bytes);
  reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-store');
  if (range === 'beyond') {
    await file.close();
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
  }
  const { from, until } = range ?? { from: 0, until: file.bytes - 1 };
  if (range) reply.code(206).header('content-range', `bytes ${from}-${until}/${file.bytes}`);
  reply.header('content-disposition', `attachment; filename="${file.name}"`);
  reply.header('content-length', until - from + 1).type(file.contentType);
  if (file.bytes > 0 && request.method !== 'HEAD') return reply.send(file.read(from, until));
  await file.close();
  return reply.send(nothingOf());
}

/** To a HEAD. A text would be measured, and its length told as that of the recording. */
export const nothingOf = (): Readable => Readable.from([]);
