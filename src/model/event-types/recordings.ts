import { Type } from 'typebox';
import {
  estimatedFlag,
  longestMessage,
  nullable,
  nullableCount,
  nullableFlag,
  nullableText,
  nullableTime,
  nullableUrl,
} from '../fields.ts';
import { defineType } from './definition.ts';
import { alice, at, endedCall, exampleCall } from './examples.ts';

const url = nullableUrl('Where the sound can be fetched.');
const contentType = nullableText('Media type, such as `audio/wav`.');
const durationMs = nullableCount('Length in milliseconds.');
const sizeBytes = nullableCount('Size in bytes.');

export const recordingTypes = {
  'recording.ready': defineType('recording.ready', {
    subject: 'none',
    reporter: 'source',
    description:
      'The recording of a call can be fetched. It comes after the call’s end as a rule, and belongs to the call in the snapshot even where a transfer moved it.',
    data: Type.Object({
      recordingId: nullableText('Id of the recording in the PBX.'),
      url,
      file: nullableText('File name on the PBX.'),
      contentType,
      durationMs,
      sizeBytes,
      startedAt: nullableTime('When recording began.'),
      legId: nullableText('Leg that was recorded, where only one was.'),
    }),
    example: {
      seconds: 68,
      seq: 1053,
      extension: '101',
      call: endedCall,
      data: {
        recordingId: 'rec-8841',
        url: 'https://pbx.acme.example/recordings/rec-8841.wav',
        file: 'rec-8841.wav',
        contentType: 'audio/wav',
        durationMs: 60_000,
        sizeBytes: 960_044,
        startedAt: at(4),
        legId: null,
      },
    },
  }),
  'voicemail.left': defineType('voicemail.left', {
    subject: 'none',
    reporter: 'source',
    description:
      'Somebody left a voice message. A transcription is there only if the source had it by then. The call is in the snapshot where the source says which one it was.',
    data: Type.Object({
      voicemailId: nullableText('Id of the message in the PBX.'),
      mailbox: nullableText('Mailbox it lies in.'),
      from: nullableText('Number of who left it.'),
      fromName: nullableText('Name of who left it.'),
      url,
      file: nullableText('File on the PBX, without the ending that says how it was recorded.'),
      contentType,
      durationMs,
      transcription: nullable(Type.String({ maxLength: longestMessage }), 'What was said, as text.'),
      urgent: nullableFlag('Whether it was marked urgent.'),
      newCount: nullableCount('Unheard messages in the mailbox now.'),
      oldCount: nullableCount('Heard messages in the mailbox now.'),
      estimated: estimatedFlag,
    }),
    example: {
      seconds: 52,
      seq: 1072,
      extension: '101',
      call: exampleCall({
        state: 'ended',
        outcome: 'voicemail',
        answeredBy: { kind: 'voicemail', extension: '101' },
        answeredAt: at(20),
        endedAt: at(50),
        hungUpBy: 'caller',
        talkMs: 30_000,
      }),
      data: {
        voicemailId: 'msg0004',
        mailbox: '101',
        from: alice.number,
        fromName: alice.name,
        url: null,
        file: '/var/spool/asterisk/voicemail/default/101/INBOX/msg0004',
        contentType: 'audio/wav',
        durationMs: 24_000,
        transcription: null,
        urgent: false,
        newCount: 1,
        oldCount: 3,
      },
    },
  }),
  'mailbox.changed': defineType('mailbox.changed', {
    subject: 'none',
    reporter: 'source',
    description:
      'A mailbox holds more or fewer messages than before, or their number became known: a message was left, heard or deleted. Lamps and badges follow this one; of a new message `voicemail.left` says more.',
    data: Type.Object({
      mailbox: nullableText('The mailbox, as the phone system names it.'),
      newCount: nullableCount('Unheard messages in it now.'),
      oldCount: nullableCount('Heard messages in it now.'),
      estimated: estimatedFlag,
    }),
    example: {
      seconds: 52.01,
      seq: 1073,
      extension: '101',
      data: { mailbox: '101', newCount: 1, oldCount: 3 },
    },
  }),
};
