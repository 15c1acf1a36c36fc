import { Type, type Static } from 'typebox';
import {
  count,
  idText,
  longestLegId,
  mostItems,
  nullable,
  nullableCount,
  nullableText,
  nullableTime,
  nullableUrl,
  scopeText,
  text,
  TimeSchema,
} from './fields.ts';
import { CallOutcomeSchema, LegOutcomeSchema } from './outcome.ts';

export const numberKinds = ['internal', 'external', 'anonymous', 'feature', 'emergency'] as const;
export const answererKinds = ['person', 'voicemail', 'ivr', 'queue', 'conference'] as const;
export const directions = ['inbound', 'outbound', 'internal'] as const;
export const callStates = ['ringing', 'queued', 'answered', 'held', 'parked', 'ended'] as const;
/** `queue` and `ivr`: a part of the phone system that the call passed. */
export const legRoles = ['caller', 'callee', 'queue', 'ivr'] as const;
export const legStates = ['created', 'dialing', 'ringing', 'answered', 'held', 'ended'] as const;
export const hangUpParties = ['caller', 'callee', 'system'] as const;
export const originSources = ['did', 'extension', 'click_to_call', 'api', 'transfer', 'forward'] as const;
export const transferKinds = ['blind', 'attended', 'semi_attended'] as const;
export const transferStates = ['pending', 'completed', 'failed', 'cancelled'] as const;

/** A party. `number` is what to show and match: E.164 where the number is one, else as the PBX knows it. */
export const PartySchema = Type.Object({
  number: nullable(text()),
  /** As the PBX gave it; never dropped. */
  raw: nullable(text()),
  name: nullable(text()),
  kind: Type.Enum(numberKinds),
});
export type Party = Static<typeof PartySchema>;

/** One transfer of the call, in the order they were started. */
export const TransferSchema = Type.Object({
  kind: nullable(Type.Enum(transferKinds), 'semi_attended: the target had not answered when the transferer left.'),
  by: nullableText('Extension that transferred.'),
  target: nullableText('Number or extension transferred to.'),
  state: nullable(Type.Enum(transferStates), 'What became of it.'),
  at: nullableTime('When it was started.'),
});
export type Transfer = Static<typeof TransferSchema>;

export const RecordingSchema = Type.Object({
  id: nullableText('Id of the recording in the PBX.'),
  url: nullableUrl('Where it can be fetched.'),
  durationMs: nullableCount('Length in milliseconds.'),
  startedAt: nullableTime('When recording began.'),
});
export type Recording = Static<typeof RecordingSchema>;

export const AnswererSchema = Type.Object({ kind: Type.Enum(answererKinds), extension: nullable(scopeText()) });
export type Answerer = Static<typeof AnswererSchema>;

/** What began the call. The last four are what whoever had software begin it said of it. */
export const OriginSchema = Type.Object({
  source: nullable(Type.Enum(originSources)),
  requestId: nullable(text()),
  billingCode: nullable(text()),
  buttonId: nullable(text()),
  /** Absent in what older versions kept. */
  onBehalfOf: Type.Optional(
    nullable(scopeText(), 'Extension that software began the call for; it need not be one of its ends.'),
  ),
});
export type Origin = Static<typeof OriginSchema>;

/** Of a call of which no more is known. */
export const noOrigin = {
  source: null,
  requestId: null,
  billingCode: null,
  buttonId: null,
  onBehalfOf: null,
} as const satisfies Origin;

export const CallSchema = Type.Object({
  id: idText(),
  direction: Type.Enum(directions),
  state: Type.Enum(callStates),
  outcome: nullable(CallOutcomeSchema),
  from: PartySchema,
  to: PartySchema,
  did: nullable(text()),
  trunk: nullable(text()),
  queue: nullable(text()),
  answeredBy: nullable(AnswererSchema),
  /** The party that ended the call: `caller`, `callee`, or `system`. */
  hungUpBy: nullable(Type.Enum(hangUpParties)),
  startedAt: TimeSchema,
  answeredAt: nullable(TimeSchema),
  endedAt: nullable(TimeSchema),
  /** Milliseconds two people (or a caller and a machine that counts as an answerer) were connected so far. */
  talkMs: count(),
  origin: OriginSchema,
  transfers: Type.Array(TransferSchema, { maxItems: mostItems }),
  recordings: Type.Array(RecordingSchema, { maxItems: mostItems }),
  relatedCallIds: Type.Array(idText(), { maxItems: mostItems }),
});
export type Call = Static<typeof CallSchema>;

export const LegSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: longestLegId }),
  extension: nullable(scopeText()),
  role: Type.Enum(legRoles),
  state: Type.Enum(legStates),
  outcome: nullable(LegOutcomeSchema),
  number: nullable(text()),
  name: nullable(text()),
  startedAt: TimeSchema,
  ringingAt: nullable(TimeSchema),
  answeredAt: nullable(TimeSchema),
  endedAt: nullable(TimeSchema),
  /** Q.850 cause code as the PBX gave it, null while the leg lives or when the PBX gave none. */
  cause: nullable(Type.Integer({ minimum: 0, maximum: 1000 })),
});
export type Leg = Static<typeof LegSchema>;
