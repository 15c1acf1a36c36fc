import { Type, type Static } from 'typebox';
import { entriesOf } from '../../calls/journal/entries.ts';
import type { LiveCall } from '../../calls/live/live-call.ts';
import { CallSchema, LegSchema } from '../../model/call.ts';
import { type CallRecord, legsAsOf, ringTimeOf } from '../../model/call-record.ts';
import { LegFactsSchema } from '../../model/leg-facts.ts';
import { legStatuses } from '../../model/leg-status.ts';
import { nullable, Time } from '../contract/common.ts';

const entry = Type.Object(
  {
    id: Type.String({ description: 'Unique within the call.' }),
    extension: Type.String({ description: 'Whose part it is.' }),
    flow: Type.Enum(['in', 'out'] as const, { description: 'out: the extension called.' }),
    number: nullable(Type.String(), 'With whom: the number it is registered by.'),
    name: nullable(Type.String()),
    did: nullable(Type.String(), 'Public number that was called.'),
    startedAt: Time,
    answeredAt: nullable(Time),
    endedAt: Time,
    talkUs: Type.Integer({ minimum: 0, description: 'Microseconds the extension talked.' }),
    status: Type.Enum([...legStatuses], { description: 'Anything but answered is unsuccessful.' }),
    missed: Type.Boolean({ description: 'Nobody took this call from outside. At most one entry of a call says so.' }),
    transferred: Type.Boolean({ description: 'The extension called because it sent a call on.' }),
    recordingId: nullable(Type.String(), 'Recording that ran while the extension talked.'),
    recordingUrl: nullable(
      Type.String(),
      'Path on this server where the recording is fetched: `/v1/recordings/ID?call=CALL`.',
    ),
    callBackId: nullable(Type.String(), 'Groups what software called for an extension that is no end of the call.'),
    internal: Type.Boolean({ description: 'Between two extensions.' }),
    estimated: Type.Boolean({
      description:
        'How long it talked, or when it ended, is inferred: the phone system tells no times, as VoipNow, or the connection to it was lost.',
    }),
  },
  { description: 'One extension’s part in the call, as an integration registers it.' },
);

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
  legs: Type.Array(Type.Object({ ...LegSchema.properties, ...LegFactsSchema.properties }), {
    description:
      'The parts that devices, queues and menus had in it. Of an ended call all have ended; the outcome of one that went on in another call is null.',
  }),
  entries: Type.Array(entry, {
    description:
      'What an integration registers of it, in the order in which the parts began: each extension’s part, so that a transfer is split into before and after; and one missed call where a queue or menu reached nobody. Empty until the call has ended.',
  }),
};

export const CallViewSchema = Type.Object(shown);
export type CallView = Static<typeof CallViewSchema>;
export const callViewFields = shown;

export const entriesWanted = ['all', 'external'] as const;
export type EntriesWanted = (typeof entriesWanted)[number];

/**
 * A record of the journal, or a call of the live view, without what only these need to know.
 * @param which entries; `external`: not those between two extensions
 */
export function callView(one: LiveCall | CallRecord, which: EntriesWanted = 'all'): CallView {
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
    entries: call.state === 'ended' ? shownEntries(one, which) : [],
  };
}

function shownEntries(one: LiveCall | CallRecord, which: EntriesWanted): CallView['entries'] {
  const wanted = entriesOf(one).filter(({ internal }) => which === 'all' || !internal);
  return wanted.map((entry) => ({ ...entry, recordingUrl: urlOf(entry.recordingId, one.call.id) }));
}

const urlOf = (recordingId: string | null, call: string): string | null =>
  recordingId && `/v1/recordings/${encodeURIComponent(recordingId)}?call=${encodeURIComponent(call)}`;
