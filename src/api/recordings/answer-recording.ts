/** Answers with the sound of a recorded call, wherever it lies, or says why not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RemoteRecording } from '../../calls/recording-files.ts';
import type { Access } from '../../model/scope.ts';
import type { Problem } from '../problems/problem.ts';
import { rangeAskedFor } from './byte-range.ts';
import { placesOf, type RecordingDeps, type RecordingName } from './find-recording.ts';
import { sendRecording } from './send-recording.ts';
import { sendBeyond, sendRemote } from './send-remote.ts';

export interface WantedRecording extends RecordingName {
  readonly access: Access;
  /** Who asks, however often. */
  readonly reader: string;
  readonly refuse: (problem: Problem) => FastifyReply;
}

export async function answerRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RecordingDeps,
  { access, reader, refuse, ...name }: WantedRecording,
): Promise<FastifyReply> {
  const found = await placesOf(deps, access, name);
  if ('problem' in found) return refuse(found.problem);
  const range = rangeAskedFor(request.headers.range);
  let missing: Problem = { code: 'recording_not_found', detail: noFile };
  for (const place of found.places) {
    if ('files' in place) {
      const file = await place.files.open(name.id, place.startedAt);
      if (file) return sendRecording(request, reply, file);
      continue;
    }
    const fetched = await place.remote.fetch({ recordingId: name.id, range, reader });
    if (fetched.kind === 'sound') return sendRemote(request, reply, name.id, fetched);
    if (fetched.kind === 'beyond') return sendBeyond(reply, fetched.contentRange);
    missing = problemOf(fetched);
    // Where one says no more than that it has none, another may.
    if (fetched.kind !== 'gone' && fetched.kind !== 'not_offered') break;
  }
  return refuse(missing);
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
const noFile = 'The call has this recording, but its file is not, or no more, where recordings lie.';
