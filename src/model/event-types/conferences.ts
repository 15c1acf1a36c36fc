import { Type } from 'typebox';
import { nullableCount, nullableFlag, nullableText, nullableTime } from '../fields.ts';
import { defineType } from './definition.ts';
import { answeredCall, answeredLeg, bobsPhone, endedLeg } from './examples.ts';

const conference = nullableText('Number or name of the room.');
const conferenceId = nullableText('The same from start to end of one meeting in the room.');
const conferenceStartedAt = Type.Optional(nullableTime('When this meeting began, as far as that was seen.'));
const participants = nullableCount('People in the room now.');
const participant = {
  participant: nullableText('Number or extension of the participant.'),
  participantName: nullableText('Display name of the participant.'),
  moderator: nullableFlag('Whether the participant leads the conference.'),
};
const room = { conference: '800', conferenceId: 'conf-17', participants: 2 };
const bob = { participant: '101', participantName: 'Bob Brown', moderator: true };
const call = { ...answeredCall, direction: 'internal', from: bobsPhone, did: null, trunk: null } as const;

export const conferenceTypes = {
  'conference.started': defineType('conference.started', {
    subject: 'none',
    reporter: 'source',
    description:
      'A conference room is in use: its first participant has come. Each participant has a call of their own, which the conference answers and which ends when they leave.',
    data: Type.Object({ conference, conferenceId, participants }),
    example: {
      seconds: 0,
      seq: 1090,
      extension: '800',
      data: { ...room, participants: 1 },
    },
  }),
  'conference.joined': defineType('conference.joined', {
    subject: 'none',
    reporter: 'source',
    description: 'A participant joined. Where the participant’s call is known it is in the snapshot.',
    data: Type.Object({ conference, conferenceId, conferenceStartedAt, participants, ...participant }),
    example: {
      seconds: 5,
      seq: 1091,
      extensions: ['101', '800'],
      call,
      leg: answeredLeg,
      data: { ...room, ...bob },
    },
  }),
  'conference.left': defineType('conference.left', {
    subject: 'none',
    reporter: 'source',
    description: 'A participant left the room; the others go on.',
    data: Type.Object({
      conference,
      conferenceId,
      participants,
      ...participant,
      stayedMs: nullableCount('Milliseconds the participant was there.'),
    }),
    example: {
      seconds: 64,
      seq: 1093,
      extensions: ['101', '800'],
      call,
      leg: endedLeg,
      data: { ...room, participants: 1, ...bob, stayedMs: 59_000 },
    },
  }),
  'conference.ended': defineType('conference.ended', {
    subject: 'none',
    reporter: 'source',
    description: 'The last participant left the room; a later join starts a new meeting.',
    data: Type.Object({
      conference,
      conferenceId,
      durationMs: nullableCount('Milliseconds from the first join to the last leave.'),
      mostParticipants: nullableCount('Most people there at one time.'),
    }),
    example: {
      seconds: 70,
      seq: 1095,
      extension: '800',
      data: { conference: '800', conferenceId: 'conf-17', durationMs: 70_000, mostParticipants: 2 },
    },
  }),
};
