import { isLive, type Channel } from '../../graph/channel.ts';
import type { Call } from '../../../model/call.ts';
import type { Signal } from '../../signal.ts';
import type { Moment, World } from '../moment.ts';
import { clean } from '../parties.ts';
import type { CallRecord } from '../record.ts';
import { recordingIdOf, shownRecording } from './recorded.ts';

type RecordingSignal = Extract<Signal, { readonly kind: `recording.${string}` }>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Recordings of one call that are remembered; the oldest go first. */
const mostRecordings = 100;

export function recordingSignal({ graph }: World, callOf: CallOf, signal: RecordingSignal, at: number): Channel | null {
  const channel = graph.refer(signal.channelId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  const running = call.recorded.findLast((one) => one.channelId === channel.id && one.stoppedAt === null);
  if (signal.kind === 'recording.stopped') {
    if (running) running.stoppedAt = at;
    return channel;
  }
  const file = clean(channel.facts?.recordingFile ?? null);
  const known = call.recorded.find(
    (one) =>
      one.channelId === channel.id &&
      // One that a picture showed before it was told: its file is its name.
      ((one.stoppedAt === null && file !== null && one.file === file) ||
        (one.recordingId === signal.recordingId && (one.stoppedAt === null || one.startedAt === at))),
  );
  if (known) {
    known.startedAt ??= at;
    return channel;
  }
  const started = { channelId: channel.id, recordingId: signal.recordingId, file, startedAt: at, stoppedAt: null };
  call.recorded = [...call.recorded, started].slice(-mostRecordings);
  return channel;
}

/** A channel that is recorded, found so after a restart or a gap: since when is not known. */
function findRecordings(call: CallRecord, channel: Channel): void {
  const file = clean(channel.facts?.recordingFile ?? null);
  if (file === null || call.recorded.some((one) => one.channelId === channel.id && one.file === file)) return;
  const found = { channelId: channel.id, recordingId: null, file, startedAt: null, stoppedAt: null };
  call.recorded = [...call.recorded, found].slice(-mostRecordings);
}

/** Takes over what the recorded channels show, while they are there. */
export function followRecordings({ graph }: World, call: CallRecord, moment: Moment): void {
  if (moment.found && call.started) {
    for (const channel of call.group.channels.values()) if (isLive(channel)) findRecordings(call, channel);
  }
  for (const recorded of call.recorded) {
    const channel = graph.get(recorded.channelId);
    if (recorded.stoppedAt !== null) continue;
    recorded.file ??= clean(channel?.facts?.recordingFile ?? null);
    if (!channel || !isLive(channel)) recorded.stoppedAt = moment.at;
  }
}

/** Id of the latest recording of the call that ran at some time since; null where there is none. */
export function recordedDuring({ recorded }: CallRecord, since: number): string | null {
  const found = recorded.findLast(({ stoppedAt }) => stoppedAt === null || stoppedAt > since);
  return found ? recordingIdOf(found) : null;
}

/** Tells the recordings of a call that has just ended. */
export function tellRecordings({ teller }: World, call: CallRecord, outcome: Pick<Call, 'outcome' | 'hungUpBy'>): void {
  const endedAt = call.endedAt ?? call.lastAt;
  if (call.answeredAt === null) call.recorded = [];
  call.recordings = [...call.recordings, ...call.recorded.map((one) => shownRecording(one, endedAt))];
  for (const recorded of call.recorded) {
    const { durationMs, startedAt } = shownRecording(recorded, endedAt);
    teller.recording(call, outcome, recorded, {
      recordingId: recordingIdOf(recorded),
      url: null,
      file: recorded.file,
      contentType: null,
      durationMs,
      sizeBytes: null,
      startedAt,
      legId: null,
    });
  }
}
