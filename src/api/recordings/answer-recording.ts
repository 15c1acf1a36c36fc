/** Answers with the sound of a recorded call, wherever it lies, or says why not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RemoteRecording } from '../../calls/recording-files.ts';
import type { Access } from '../../model/scope.ts';
import type { Problem } from '../problems/problem.ts';
import { rangeAskedFor } from './byte-range.ts';
import { findRecording, type RecordingDeps } from './find-recording.ts';
import { sendRecording } from './send-recording.ts';
import { sendBeyond, sendRemote } from './send-remote.ts';

export interface WantedRecording {
  readonly access: Access;
  readonly id: string;
  readonly refuse: (problem: Problem) => FastifyReply;
}

export async function answerRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RecordingDeps,
  { access, id, refuse }: WantedRecording,
): Promise<FastifyReply> {
  const found = await findRecording(deps, access, id);
  if ('problem' in found) return refuse(found.problem);
  if ('file' in found) return sendRecording(request, reply, found.file);
  const fetched = await found.remote.fetch(id, rangeAskedFor(request.headers.range));
  if (fetched.kind === 'sound') return sendRemote(request, reply, id, fetched);
  if (fetched.kind === 'beyond') return sendBeyond(reply, fetched.contentRange);
  return refuse(problemOf(fetched));
}

/** Where nothing says how long, in seconds. */
const usualWait = 30;

function problemOf(fetched: Exclude<RemoteRecording, { kind: 'sound' | 'beyond' }>): Problem {
  switch (fetched.kind) {
    case 'gone':
      return { code: 'recording_not_found', detail: goneThere, remedy: keptThere };
    case 'not_offered':
      return { code: 'recording_not_offered' };
    case 'refused':
      return { code: 'recording_refused', detail: fetched.why };
    case 'unavailable': {
      const retryAfter = fetched.waitMs === null ? usualWait : Math.max(1, Math.ceil(fetched.waitMs / 1_000));
      return { code: 'recording_unavailable', detail: fetched.why, retryAfter };
    }
  }
}

const goneThere = 'The phone system that reported the call has no such recording, or no more.';
const keptThere =
  'Nothing is kept here: see there how long recordings are kept. One that has just ended may come later.';
