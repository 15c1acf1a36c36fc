import type { EventData } from '../../../model/event-types/index.ts';
import type { Handlers } from './handlers.ts';

const bytesPerMs = 16;
const waveHeaderBytes = 44;

/** Late facts of a call that is over, and the last word about it. */
export const afterwards: Handlers<'recording' | 'message' | 'close'> = {
  recording(draft, { extension }) {
    const { call } = draft;
    const recordingId = `rec-${call.id}`;
    const durationMs = call.talkMs;
    const startedAt = call.answeredAt;
    draft.change({ recordings: [...call.recordings, { id: recordingId, url: null, durationMs, startedAt }] });
    const data: EventData<'recording.ready'> = {
      recordingId,
      url: null,
      file: `${recordingId}.wav`,
      contentType: 'audio/wav',
      durationMs,
      sizeBytes: durationMs * bytesPerMs + waveHeaderBytes,
      startedAt,
      legId: null,
    };
    draft.tell('recording.ready', { extension, data });
  },

  message(draft, { owner, newCount }) {
    const { call } = draft;
    const data: EventData<'voicemail.left'> = {
      voicemailId: `vm-${call.id}`,
      mailbox: owner.extension,
      from: call.from.number,
      fromName: call.from.name,
      url: null,
      file: null,
      contentType: 'audio/wav',
      durationMs: call.talkMs,
      transcription: null,
      urgent: false,
      newCount,
      oldCount: 0,
    };
    draft.tell('voicemail.left', { extension: owner.extension, data });
  },

  close(draft) {
    draft.tell('call.closed');
  },
};
