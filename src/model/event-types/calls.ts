import { Type } from 'typebox';
import { idText, inferredFlag, text } from '../fields.ts';
import { defineType } from './definition.ts';
import { answeredCall, endedCall, exampleCall } from './examples.ts';

const partial = Type.Optional(
  Type.Boolean({ description: 'True where the call was already under way when it was first seen.' }),
);

const mergedInto = Type.Optional(
  idText('Id of the call this one became part of; it goes on there, and its id stays among the related ones.'),
);

export const callTypes = {
  'call.started': defineType('call.started', {
    subject: 'call',
    reporter: 'source',
    description:
      'A call begins: somebody outside reached the phone system, or a phone in it began to dial. Every call starts once, and everything said later about it carries the same `call.id`.',
    data: Type.Object({ partial, estimated: inferredFlag }),
    example: { seconds: 0, seq: 1042, call: exampleCall(), data: {} },
  }),
  'call.updated': defineType('call.updated', {
    subject: 'call',
    reporter: 'source',
    description:
      'Something about the call as a whole changed that no other type says: a party got its name, a number was recognised, two calls became related. The snapshot holds the new state; `data.changed` names what is new in it.',
    data: Type.Object({
      changed: Type.Optional(
        Type.Array(text(), { maxItems: 100, description: 'Paths of the changed fields, such as `call.from.name`.' }),
      ),
      estimated: inferredFlag,
    }),
    example: {
      seconds: 0.4,
      seq: 1043,
      call: exampleCall({ from: { number: '+12157010680', raw: '12157010680', name: 'Alice A.', kind: 'external' } }),
      data: { changed: ['call.from.name'] },
    },
  }),
  'call.answered': defineType('call.answered', {
    subject: 'call',
    reporter: 'source',
    description:
      'The call was answered for the first time, by whoever `call.answeredBy` names: a person, or a machine of the phone system such as voicemail. A menu or a waiting queue that picks up only to play sound is not an answer.',
    data: Type.Object({ estimated: inferredFlag }),
    example: {
      seconds: 4,
      seq: 1048,
      call: answeredCall,
      extensions: ['101'],
      data: {},
    },
  }),
  'call.ended': defineType('call.ended', {
    subject: 'call',
    reporter: 'source',
    description:
      'The last party has gone: `call.outcome` says how the call went, `call.hungUpBy` who ended it, `call.talkMs` how long people talked. It is sent at once, so a recording or a charge may still be on its way.',
    data: Type.Object({ estimated: inferredFlag, mergedInto }),
    example: { seconds: 64, seq: 1051, call: endedCall, extensions: ['101'], data: {} },
  }),
  'call.closed': defineType('call.closed', {
    subject: 'call',
    reporter: 'source',
    description:
      'All data of an ended call is final: late facts such as recordings are in the snapshot or will not come. It is the last event of a call, and the one to base a call record on.',
    data: Type.Object({ estimated: inferredFlag, mergedInto }),
    example: {
      seconds: 69,
      seq: 1054,
      call: {
        ...endedCall,
        recordings: [{ id: 'rec-8841', url: null, durationMs: 60_000, startedAt: endedCall.answeredAt }],
      },
      extensions: ['101'],
      data: {},
    },
  }),
};
