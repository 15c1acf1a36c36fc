import Type, { type Static } from 'typebox';
import { CallOutcomeSchema, LegOutcomeSchema } from './outcome.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const text = Type.String({ maxLength: 512 });
/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it; ingest takes any RFC 3339 offset. */
export const TimeSchema = Type.String({ format: 'date-time', maxLength: 64 });
const callId = Type.String({ minLength: 1, maxLength: 256 });

export const numberKinds = ['internal', 'external', 'anonymous', 'feature', 'emergency'] as const;
export const answererKinds = ['person', 'voicemail', 'ivr', 'queue', 'conference'] as const;
export const directions = ['inbound', 'outbound', 'internal'] as const;
export const callStates = ['ringing', 'queued', 'answered', 'held', 'parked', 'ended'] as const;
export const legRoles = ['caller', 'callee'] as const;
export const legStates = ['created', 'dialing', 'ringing', 'answered', 'held', 'ended'] as const;

/** A party. `number` is what to show and match: E.164 where the number is one, else as the PBX knows it. */
export const PartySchema = Type.Object({
  number: nullable(text),
  raw: nullable(text),
  name: nullable(text),
  kind: Type.Enum(numberKinds),
});
export type Party = Static<typeof PartySchema>;

export const CallSchema = Type.Object({
  id: callId,
  direction: Type.Enum(directions),
  state: Type.Enum(callStates),
  outcome: nullable(CallOutcomeSchema),
  from: PartySchema,
  to: PartySchema,
  did: nullable(text),
  trunk: nullable(text),
  queue: nullable(text),
  answeredBy: nullable(Type.Object({ kind: Type.Enum(answererKinds), extension: nullable(text) })),
  /** The party that ended the call: `caller`, `callee`, or `system`. */
  hungUpBy: nullable(Type.Enum(['caller', 'callee', 'system'])),
  startedAt: TimeSchema,
  answeredAt: nullable(TimeSchema),
  endedAt: nullable(TimeSchema),
  /** Milliseconds two people (or a caller and a machine that counts as an answerer) were connected so far. */
  talkMs: Type.Integer({ minimum: 0 }),
  origin: Type.Object({
    source: nullable(Type.Enum(['did', 'extension', 'click_to_call', 'api', 'transfer', 'forward'])),
    requestId: nullable(text),
    billingCode: nullable(text),
    buttonId: nullable(text),
  }),
  transfers: Type.Array(Type.Object({}, { additionalProperties: true }), { maxItems: 100 }),
  recordings: Type.Array(Type.Object({}, { additionalProperties: true }), { maxItems: 100 }),
  relatedCallIds: Type.Array(callId, { maxItems: 100 }),
});
export type Call = Static<typeof CallSchema>;

export const LegSchema = Type.Object({
  id: callId,
  extension: nullable(text),
  role: Type.Enum(legRoles),
  state: Type.Enum(legStates),
  outcome: nullable(LegOutcomeSchema),
  number: nullable(text),
  name: nullable(text),
  startedAt: TimeSchema,
  ringingAt: nullable(TimeSchema),
  answeredAt: nullable(TimeSchema),
  endedAt: nullable(TimeSchema),
  /** Q.850 cause code as the PBX gave it, null while the leg lives or when the PBX gave none. */
  cause: nullable(Type.Integer({ minimum: 0, maximum: 1000 })),
});
export type Leg = Static<typeof LegSchema>;
