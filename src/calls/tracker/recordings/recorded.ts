/**
 * Recording of a call.
 *
 *   running ──> stopped        by the PBX, or because the recorded channel ended
 *
 * It is told when the call has ended, as the call stands then: a transfer may have moved the recorded channel to another
 * call meanwhile. A call that nobody answered has none.
 */
import type { Recording } from '../../../model/call.ts';

export interface Recorded {
  readonly channelId: string;
  /** The PBX's id of it, where it has one. */
  readonly recordingId: string | null;
  /** File on the PBX. */
  file: string | null;
  /** Null: it ran when it was found, and since when is not known. */
  startedAt: number | null;
  stoppedAt: number | null;
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.[a-z0-9]{1,4}$/i, '');

/** Its id is the name of its file, which the PBX's own call records have as well. */
export const recordingIdOf = ({ file, recordingId }: Recorded): string | null =>
  file === null ? recordingId : nameOf(file);

export const shownRecording = (recorded: Recorded, endedAt: number): Recording => ({
  id: recordingIdOf(recorded),
  url: null,
  durationMs: recorded.startedAt === null ? null : Math.max(0, (recorded.stoppedAt ?? endedAt) - recorded.startedAt),
  startedAt: recorded.startedAt === null ? null : new Date(recorded.startedAt).toISOString(),
});
