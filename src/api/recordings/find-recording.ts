/** The sound of a recorded call, for whoever may see the call. */
import type { RecordingFile } from '../../calls/recording-files.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { matchesCall } from '../../model/call-filter.ts';
import type { Access } from '../../model/scope.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer } from '../problems/problem.ts';

export type RecordingDeps = Pick<ApiDeps, 'calls' | 'journal' | 'recordings'>;

/** A recording that was told of just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;
/** Calls looked at that name one recording. */
const mostOfOneName = 100;

/** Calls in the caller's scope that name it. */
export async function callsOf(
  { calls, journal }: RecordingDeps,
  access: Access,
  id: string,
): Promise<readonly CallRecord[]> {
  await journal.caughtUp(mostWaited, (record) => matchesCall({ recording: id }, record));
  const { calls: found } = await calls.search({ recording: id, access, limit: mostOfOneName });
  return found;
}

/** Opened: whoever asks has to read or close it. */
export async function findRecording(
  deps: RecordingDeps,
  access: Access,
  id: string,
): Promise<Answer<{ readonly file: RecordingFile }>> {
  const found = await callsOf(deps, access, id);
  if (found.length === 0) return { problem: { code: 'recording_not_found' } };
  // Whoever tells of calls over HTTP may name any recording: only a phone system's own calls have sound.
  const record = found.find(({ connector }) => deps.recordings(connector) !== null);
  if (!record) return { problem: { code: 'recording_not_found', detail: noFolder } };
  const file = await deps.recordings(record.connector)?.open(id, Date.parse(record.call.startedAt));
  return file ? { file } : { problem: { code: 'recording_not_found', detail: noFile } };
}

const noFolder = 'Where the recordings of this phone system lie is not configured (`connectors[].recordings`).';
const noFile = 'The call has this recording, but its file is not, or no more, where recordings lie.';
