import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { RecordingFile } from '../../calls/recording-files.ts';
import { matchesCall } from '../../model/call-filter.ts';
import { accessOf } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { byteRange } from './byte-range.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
/** A recording that was told of just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;
/** Calls looked at that name one recording. */
const mostOfOneName = 100;

type Deps = Pick<ApiDeps, 'calls' | 'journal' | 'recordings'>;

export function recordingRoutes(app: App, { calls, journal, recordings }: Deps): void {
  const one = described({
    summary: 'The sound of a recorded call',
    description:
      'The file as the phone system wrote it, to whoever may see the call; part of it where `Range` asks for one. `connectors[].recordings` says where they lie.',
    tag: 'calls',
    least: 'extension',
    params: Params,
    answers: {
      200: { description: 'The file.', type: 'audio/*' },
      206: { description: 'The part that was asked for.', type: 'audio/*' },
    },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/recordings/:id', one, async (request, reply) => {
    const { id } = request.params;
    await journal.caughtUp(mostWaited, (record) => matchesCall({ recording: id }, record));
    const { calls: found } = await calls.search({ recording: id, access: accessOf(request), limit: mostOfOneName });
    if (found.length === 0) return sendProblem(reply, { code: 'recording_not_found' });
    // Whoever tells of calls over HTTP may name any recording: only a phone system's own calls have sound.
    const record = found.find(({ connector }) => recordings(connector) !== null);
    if (!record) return sendProblem(reply, { code: 'recording_not_found', detail: noFolder });
    const file = await recordings(record.connector)?.open(id, Date.parse(record.call.startedAt));
    return file ? send(request, reply, file) : sendProblem(reply, { code: 'recording_not_found', detail: noFile });
  });
}

const noFolder = 'Where the recordings of this phone system lie is not configured (`connectors[].recordings`).';
const noFile = 'The call has this recording, but its file is not, or no more, where recordings lie.';

async function send(request: FastifyRequest, reply: FastifyReply, file: RecordingFile): Promise<FastifyReply> {
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
  return reply.send('');
}
