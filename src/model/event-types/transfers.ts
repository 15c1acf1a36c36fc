import { Type } from 'typebox';
import { transferKinds } from '../call.ts';
import { inferredFlag, nullableEnum, nullableText } from '../fields.ts';
import { legOutcomes } from '../outcome.ts';
import { defineType } from './definition.ts';
import { answeredCall, at } from './examples.ts';

const common = {
  transferId: nullableText('The same in all events of one transfer.'),
  kind: nullableEnum(
    transferKinds,
    'blind: sent on without asking. attended: after talking to the target. semi_attended: the transferer left while the target still rang. Null: not known; nobody listened then.',
  ),
  by: nullableText('Extension that transferred.'),
  target: nullableText('Number or extension transferred to.'),
  targetQueue: nullableText('Queue transferred to, where the target is one.'),
  consultationCallId: nullableText('Id of the call in which the transferer asked the target first.'),
  estimated: inferredFlag,
};
const reason = nullableEnum(legOutcomes, 'Why the target did not take the call.');
const data = {
  transferId: 't-1',
  kind: 'blind',
  by: '101',
  target: '102',
  targetQueue: null,
  consultationCallId: null,
} as const;
const transfer = { kind: 'blind', by: '101', target: '102', at: at(40) } as const;
const extensions = ['101', '102'];

export const transferTypes = {
  'transfer.started': defineType('transfer.started', {
    subject: 'call',
    reporter: 'source',
    description:
      'Somebody in the call sends it on to another number. The call keeps its id; the transferer’s leg ends as `transferred`, which is not the end of the call.',
    data: Type.Object(common),
    example: {
      seconds: 40,
      seq: 1060,
      extension: '101',
      extensions: ['101'],
      call: { ...answeredCall, talkMs: 36_000, transfers: [{ ...transfer, state: 'pending' }] },
      data,
    },
  }),
  'transfer.completed': defineType('transfer.completed', {
    subject: 'call',
    reporter: 'source',
    description: 'The target of a transfer has the call: it answered, or after asking first the two calls were joined.',
    data: Type.Object(common),
    example: {
      seconds: 46,
      seq: 1063,
      extension: '101',
      extensions,
      call: { ...answeredCall, talkMs: 36_000, transfers: [{ ...transfer, state: 'completed' }] },
      data,
    },
  }),
  'transfer.failed': defineType('transfer.failed', {
    subject: 'call',
    reporter: 'source',
    description:
      'The target of a transfer did not take the call, or the caller gave up first (`reason` is then `cancelled`).',
    data: Type.Object({ ...common, reason }),
    example: {
      seconds: 66,
      seq: 1066,
      extension: '101',
      extensions,
      call: { ...answeredCall, talkMs: 36_000, transfers: [{ ...transfer, state: 'failed' }] },
      data: { ...data, reason: 'no_answer' },
    },
  }),
};
