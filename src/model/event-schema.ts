import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { CallSchema, LegSchema } from './call.ts';
import type { NewEvent } from './event.ts';
import { dataSchemaOf, eventCatalog, eventTypes, type EventType } from './event-types/index.ts';
import { longestEventId, mostExtensions, nullable, scopeText, TimeSchema } from './fields.ts';

const envelope = {
  id: Type.String({
    pattern: '^[!-~]+$',
    minLength: 1,
    maxLength: longestEventId,
    description: 'Unique per connector; visible ASCII, since it travels in a header.',
  }),
  type: Type.Enum([...eventTypes], { description: 'What happened.' }),
  time: Type.String({ ...TimeSchema, description: 'When it happened, by the source’s clock.' }),
  reseller: scopeText(),
  domain: scopeText(),
  user: nullable(scopeText(), 'User the event is about.'),
  extension: nullable(scopeText(), 'Extension the event is about.'),
  connector: Type.String({ minLength: 1, maxLength: 128, description: 'Where it came from; set by the server.' }),
  extensions: Type.Array(scopeText(), {
    maxItems: mostExtensions,
    description: 'Every extension that took part so far: matching and access use them.',
  }),
  call: nullable(CallSchema, 'The call as it then stood.'),
  leg: nullable(LegSchema, 'The leg of the call this is about, as it then stood.'),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'What the type carries beyond call and leg.' }),
};

/** An event as a source hands it over, complete but not yet in the log. */
export const NewEventSchema = Type.Object(envelope, { $id: 'NewEvent' });

/** An event in the log. */
export const EventSchema = Type.Object(
  {
    ...envelope,
    seq: Type.Integer({ minimum: 1, description: 'Place in the log; never used twice.' }),
    acceptedAt: Type.String({ ...TimeSchema, description: 'When it was on stable storage, by the server’s clock.' }),
  },
  { $id: 'Event' },
);

/** The schema of one type's events: the envelope with that type's `data`, and call and leg where it needs them. */
export function eventSchemaOf(type: EventType): Type.TObject {
  const { subject } = eventCatalog[type];
  return Type.Object({
    ...envelope,
    type: Type.Literal(type),
    ...(subject !== 'none' && { call: CallSchema }),
    ...(subject === 'leg' && { leg: LegSchema }),
    data: dataSchemaOf(type),
  });
}

/** Makes a checker that says whether a value is a complete event of the type it names. Costly to make; keep it. */
export function createEventChecker(): (value: unknown) => value is NewEvent {
  const whole = Compile(NewEventSchema);
  const byType = new Map<EventType, { Check(value: unknown): boolean }>();
  return (value): value is NewEvent => {
    if (!whole.Check(value)) return false;
    const type: EventType = value.type;
    const checker = byType.get(type) ?? Compile(eventSchemaOf(type));
    byType.set(type, checker);
    return checker.Check(value);
  };
}
