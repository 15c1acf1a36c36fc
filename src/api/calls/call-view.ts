import { Type, type Static } from 'typebox';
import type { LiveCall } from '../../calls/live/live-call.ts';
import { CallSchema, LegSchema } from '../../model/call.ts';
import { type CallRecord, legsAsOf, ringTimeOf } from '../../model/call-record.ts';
import { nullable } from '../contract/common.ts';

const shown = {
  reseller: Type.String(),
  domain: Type.String(),
  connector: Type.String(),
  extensions: Type.Array(Type.String(), { description: 'All that took part so far.' }),
  firstSeq: Type.Integer({ description: 'Sequence of its first event; 0 where its log is no more.' }),
  seq: Type.Integer({ description: 'Sequence of the last event about it.' }),
  final: Type.Boolean({ description: 'It ended; a later event may still correct it.' }),
  ringMs: nullable(
    Type.Integer({ minimum: 0 }),
    'Milliseconds it rang before somebody answered, or until it ended; null while it does, and where nothing rang.',
  ),
  call: CallSchema,
  legs: Type.Array(LegSchema, {
    description:
      'The parts that devices, queues and menus had in it. Of an ended call all have ended; the outcome of one that went on in another call is null.',
  }),
};

export const CallViewSchema = Type.Object(shown);
export type CallView = Static<typeof CallViewSchema>;
export const callViewFields = shown;

/** A record of the journal, or a call of the live view, without what only these need to know. */
export function callView(one: LiveCall | CallRecord): CallView {
  const { reseller, domain, connector, extensions, firstSeq, seq, call, legs } = one;
  return {
    reseller,
    domain,
    connector,
    extensions: [...extensions],
    firstSeq,
    seq,
    final: call.state === 'ended',
    ringMs: ringTimeOf(call, legs),
    call,
    legs: [...legsAsOf(call, legs)],
  };
}
