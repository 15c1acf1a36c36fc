/** The sound of a recorded call, for whoever may see the call. */
import type { RecordingFiles, RemoteRecordings } from '../../calls/recording-files.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { matchesCall } from '../../model/call-filter.ts';
import type { Access } from '../../model/scope.ts';
import type { CallPosition } from '../../records/call-journal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Problem } from '../problems/problem.ts';

export type RecordingDeps = Pick<ApiDeps, 'calls' | 'connectors' | 'journal' | 'recordings' | 'remoteRecordings'>;

/** A recording that was told of just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;
/** Calls that name one recording, looked at in one go, and how often. */
const mostOfOneName = 100;
const mostPages = 10;
/** Phone systems in the caller's scope that may have a recording of the same name, each asked in turn. */
const mostPlaces = 4;

/** Whether a call in the caller's scope names it. */
export async function isNamed(
  { calls, journal }: Pick<RecordingDeps, 'calls' | 'journal'>,
  access: Access,
  id: string,
): Promise<boolean> {
  await journal.caughtUp(mostWaited, (record) => matchesCall({ recording: id }, record));
  let { calls: found, next } = await calls.search({ recording: id, access, limit: 1 });
  for (let page = 1; found.length === 0 && next !== null && page < mostPages; page++) {
    ({ calls: found, next } = await calls.search({ recording: id, access, limit: 1, before: next }));
  }
  return found.length > 0;
}

/** Where its file lies, and when the call began, in milliseconds; or the phone system that has it. */
export type Place =
  | { readonly files: RecordingFiles; readonly startedAt: number }
  | { readonly remote: RemoteRecordings };

export interface RecordingName {
  readonly id: string;
  /** The call it is of; any that names it where it is undefined. */
  readonly call: string | undefined;
}

/** Where it may be, what lies here first; never none. */
export async function placesOf(
  deps: RecordingDeps,
  access: Access,
  name: RecordingName,
): Promise<Answer<{ readonly places: readonly Place[] }>> {
  if (!(await isNamed(deps, access, name.id))) return { problem: { code: 'recording_not_found' } };
  const records = await callsWithSound(deps, access, name);
  const places = records.flatMap((record) => placeIn(deps, record) ?? []);
  if (places.length === 0) return { problem: await whyNowhere(deps, access, name) };
  return { places: places.toSorted((one, other) => Number('remote' in one) - Number('remote' in other)) };
}

/** The call that was named may be nobody's, or have no such recording. */
async function whyNowhere({ calls }: RecordingDeps, access: Access, { id, call }: RecordingName): Promise<Problem> {
  const record = call === undefined ? undefined : await calls.find(access, call);
  const isIt = record === undefined || (record !== null && matchesCall({ recording: id }, record));
  return { code: 'recording_not_found', ...(isIt && { detail: noFolder }) };
}

/**
 * One call of each phone system. Whoever tells of calls over HTTP may name any recording, and as often as they like: only a
 * phone system's own calls have sound.
 */
async function callsWithSound(
  { connectors, recordings, remoteRecordings, calls }: RecordingDeps,
  access: Access,
  { id, call }: RecordingName,
): Promise<readonly CallRecord[]> {
  const all = connectors().map((one) => one.id);
  const first = new Map<string, CallRecord>();
  const isLooked = (connector: string): boolean =>
    !first.has(connector) && (recordings(connector) ?? remoteRecordings(connector)) !== null;
  let before: CallPosition | undefined;
  for (let page = 0; page < mostPages && first.size < mostPlaces; page++) {
    const left = all.filter(isLooked);
    if (left.length === 0) break;
    const query = { recording: id, connectors: left, access, limit: mostOfOneName, ...(before && { before }) };
    const found = await calls.search(query);
    for (const record of found.calls) {
      const isIt = call === undefined || record.call.id === call;
      if (isIt && !first.has(record.connector)) first.set(record.connector, record);
    }
    if (found.next === null) break;
    before = found.next;
  }
  return [...first.values()].slice(0, mostPlaces);
}

function placeIn({ recordings, remoteRecordings }: RecordingDeps, { connector, call }: CallRecord): Place | null {
  const files = recordings(connector);
  if (files) return { files, startedAt: Date.parse(call.startedAt) };
  const remote = remoteRecordings(connector);
  return remote && { remote };
}

const noFolder =
  'Where the recordings of this phone system lie is not configured: `connectors[].recordings` of one that is listened to; one that only reports its calls is asked by a connector that has its credentials.';
