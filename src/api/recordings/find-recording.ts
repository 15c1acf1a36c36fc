/** The sound of a recorded call, for whoever may see the call. */
import type { RecordingFile, RemoteRecordings } from '../../calls/recording-files.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { matchesCall } from '../../model/call-filter.ts';
import type { Access } from '../../model/scope.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer } from '../problems/problem.ts';

export type RecordingDeps = Pick<ApiDeps, 'calls' | 'journal' | 'recordings' | 'remoteRecordings'>;

/** A recording that was told of just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;
/** Calls looked at that name one recording. */
const mostOfOneName = 100;

/** Calls in the caller's scope that name it. */
export async function callsOf(
  { calls, journal }: Pick<RecordingDeps, 'calls' | 'journal'>,
  access: Access,
  id: string,
): Promise<readonly CallRecord[]> {
  await journal.caughtUp(mostWaited, (record) => matchesCall({ recording: id }, record));
  const { calls: found } = await calls.search({ recording: id, access, limit: mostOfOneName });
  return found;
}

/** Its file, opened: whoever asks has to read or close it. Or the phone system that has it. */
type Found = { readonly file: RecordingFile } | { readonly remote: RemoteRecordings };

export async function findRecording(deps: RecordingDeps, access: Access, id: string): Promise<Answer<Found>> {
  const found = await callsOf(deps, access, id);
  if (found.length === 0) return { problem: { code: 'recording_not_found' } };
  // Whoever tells of calls over HTTP may name any recording: only a phone system's own calls have sound.
  const record = found.find(({ connector }) => deps.recordings(connector) !== null);
  if (record) {
    const file = await deps.recordings(record.connector)?.open(id, Date.parse(record.call.startedAt));
    return file ? { file } : { problem: { code: 'recording_not_found', detail: noFile } };
  }
  for (const { connector } of found) {
    const remote = deps.remoteRecordings(connector);
    if (remote) return { remote };
  }
  return { problem: { code: 'recording_not_found', detail: noFolder } };
}

const noFolder =
  'Where the recordings of this phone system lie is not configured: `connectors[].recordings` of one that is listened to; one that only reports its calls is asked by a connector that has its credentials.';
const noFile = 'The call has this recording, but its file is not, or no more, where recordings lie.';
