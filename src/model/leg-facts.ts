/** What events say of a leg beside the leg itself, as far as the journal keeps it with the leg. */
import { type Static, Type } from 'typebox';
import { type Leg, PartySchema } from './call.ts';
import { count, text } from './fields.ts';

export const LegFactsSchema = Type.Object({
  transferred: Type.Optional(
    Type.Boolean({ description: 'True where it was dialled because the call was transferred or forwarded.' }),
  ),
  transferredBy: Type.Optional(text('Extension that sent the call on to it.')),
  transferredWith: Type.Optional(Type.Enum(['keys', 'phone'] as const)),
  remoteNumber: Type.Optional(text('The outside number it is about, where `call.from` is somebody else.')),
  recordingId: Type.Optional(text('Recording that ran while it talked; the latest, of several.')),
  talkUs: Type.Optional(count('Microseconds it was connected, where the phone system measures so.')),
  estimated: Type.Optional(
    Type.Boolean({
      description:
        'True where nobody said when it was answered or when it ended, as after a lost connection, or where the phone system tells no times.',
    }),
  ),
  bridged: Type.Optional(
    Type.Union([Type.Boolean(), Type.Null()], {
      description: 'Of a queue or a menu: whether a person answered the call at an extension, here or later.',
    }),
  ),
  remoteParty: Type.Optional(PartySchema),
  internal: Type.Optional(
    Type.Boolean({
      description: 'True where it is known to be between two extensions, whatever the numbers look like.',
    }),
  ),
  callBackId: Type.Optional(
    text('What software knows the call by that it began for an extension which is no end of it.'),
  ),
});
export type LegFacts = Static<typeof LegFactsSchema>;

/** A leg as the journal keeps it. */
export type JournalLeg = Leg & LegFacts;

const names = Object.keys(LegFactsSchema.properties) as readonly (keyof LegFacts)[];

/** Those facts among what an event says. */
export function legFactsIn(data: Readonly<Record<string, unknown>>): LegFacts {
  return Object.fromEntries(names.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
}
