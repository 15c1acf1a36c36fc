import { Type } from 'typebox';
import { PartySchema } from '../call.ts';
import { count, inferredFlag, nullableFlag, text } from '../fields.ts';
import { defineType } from './definition.ts';
import {
  alice,
  answeredCall,
  answeredLeg,
  at,
  bobsPhone,
  endedCall,
  endedLeg,
  exampleCall,
  exampleLeg,
  ringingLeg,
} from './examples.ts';

const transferred = Type.Optional(
  Type.Boolean({ description: 'True where this leg was dialled because the call was transferred or forwarded.' }),
);
const transferredBy = Type.Optional(text('Extension that sent the call on to this leg.'));
const transferredWith = Type.Optional(
  Type.Enum(['keys', 'phone'] as const, {
    description: 'How it did: by keys pressed during the call, or by what its phone has for it.',
  }),
);
const recordingId = Type.Optional(text('Recording that ran while this leg talked; the latest, of several.'));
const remoteNumber = Type.Optional(
  text('The outside number this leg is about, where a transfer inside the system makes `call.from` somebody else.'),
);

const remoteParty = Type.Optional(
  Type.Object(PartySchema.properties, {
    description: 'Whom this leg is connected to as its own phone system tells it, where that is told for each leg.',
  }),
);
const callBackId = Type.Optional(
  text('What software knows the call by that it began for an extension which is no end of it.'),
);
const internal = Type.Optional(
  Type.Boolean({ description: 'True where it is known to be between two extensions, whatever the numbers look like.' }),
);
const talkUs = Type.Optional(count('Microseconds it was connected, where the phone system measures so.'));

const forwardedFrom = Type.Optional(text('Extension whose phone sent the call on to this one before it was answered.'));

const bobDials = exampleLeg({ role: 'caller', state: 'dialing', startedAt: at(200) });
const bobsCall = exampleCall({
  id: 'c-1795253600.58',
  direction: 'outbound',
  from: bobsPhone,
  to: alice,
  did: null,
  startedAt: at(200),
  origin: { source: 'extension', requestId: null, billingCode: null, buttonId: null, onBehalfOf: null },
});

export const legTypes = {
  'leg.dial_in': defineType('leg.dial_in', {
    subject: 'leg',
    reporter: 'source',
    description:
      'The phone system begins to call an extension: the moment for a screen pop-up. Where several phones are tried at once each has its own leg, and its own event.',
    data: Type.Object({
      transferred,
      transferredBy,
      transferredWith,
      remoteNumber,
      forwardedFrom,
      remoteParty,
      internal,
      callBackId,
      estimated: inferredFlag,
    }),
    example: { seconds: 1, seq: 1044, call: exampleCall(), leg: exampleLeg(), data: {} },
  }),
  'leg.dial_out': defineType('leg.dial_out', {
    subject: 'leg',
    reporter: 'source',
    description:
      'An extension calls a number, inside or outside. A call that was started for it by software (click to call) begins the same way, with `call.origin` saying so. An extension that transfers or forwards a call to the outside dials out as well: the leg is then that of the outside party, and `extension` the one that sent the call on.',
    data: Type.Object({
      transferred,
      transferredBy,
      transferredWith,
      remoteNumber,
      forwardedFrom,
      remoteParty,
      internal,
      callBackId,
      estimated: inferredFlag,
    }),
    example: { seconds: 200, seq: 1102, call: bobsCall, leg: bobDials, data: {} },
  }),
  'leg.ringing': defineType('leg.ringing', {
    subject: 'leg',
    reporter: 'source',
    description:
      'The called device has said that it rings. Sent once for each leg, before it is answered; a device that answers at once may never ring.',
    data: Type.Object({ estimated: inferredFlag }),
    example: { seconds: 1.2, seq: 1045, call: exampleCall(), leg: ringingLeg, data: {} },
  }),
  'leg.answered': defineType('leg.answered', {
    subject: 'leg',
    reporter: 'source',
    description:
      'The parties of this leg are connected: on a called leg somebody picked up, on a calling leg the other side did. A leg is answered at most once; after hold it is resumed.',
    data: Type.Object({ transferred, transferredBy, remoteParty, internal, callBackId, estimated: inferredFlag }),
    example: { seconds: 4, seq: 1047, call: answeredCall, leg: answeredLeg, data: {} },
  }),
  'leg.held': defineType('leg.held', {
    subject: 'leg',
    reporter: 'source',
    description: 'The device of this leg put the other party on hold.',
    data: Type.Object({ estimated: inferredFlag }),
    example: {
      seconds: 20,
      seq: 1049,
      call: { ...answeredCall, state: 'held', talkMs: 16_000 },
      leg: { ...answeredLeg, state: 'held' },
      data: {},
    },
  }),
  'leg.resumed': defineType('leg.resumed', {
    subject: 'leg',
    reporter: 'source',
    description: 'The device of this leg took the other party off hold again.',
    data: Type.Object({ estimated: inferredFlag }),
    example: {
      seconds: 31,
      seq: 1050,
      call: { ...answeredCall, talkMs: 27_000 },
      leg: answeredLeg,
      data: {},
    },
  }),
  'leg.ended': defineType('leg.ended', {
    subject: 'leg',
    reporter: 'source',
    description:
      'This device’s part in the call is over; `leg.outcome` says how. Of several phones that rang, those that lost end as `answered_elsewhere`: close their pop-ups, and count no missed call. A queue or a menu that the call passed has a leg too, of role `queue` or `ivr`: of it only the end is told, when the call leaves it.',
    data: Type.Object({
      sipStatus: Type.Optional(
        Type.Integer({
          minimum: 100,
          maximum: 699,
          description: 'SIP status of the refusal, where the device gave one.',
        }),
      ),
      answeredElsewhereBy: Type.Optional(text('Extension that took the call instead.')),
      forwardedTo: Type.Optional(text('Number the device sent the call on to.')),
      queue: Type.Optional(
        text(
          'Queue that had this device called. Where such a leg is `cancelled`, the caller left the queue: whoever it rang at has missed nothing, and `queue.left` says why.',
        ),
      ),
      transferred,
      transferredBy,
      recordingId,
      remoteParty,
      internal,
      callBackId,
      talkUs,
      estimated: inferredFlag,
    }),
    example: { seconds: 64, seq: 1052, call: endedCall, leg: endedLeg, data: {} },
  }),
  'leg.closed': defineType('leg.closed', {
    subject: 'leg',
    reporter: 'source',
    description:
      'A queue or a menu was passed by a call that is over now: all that can be said of it is final. Sent once for each, after `call.ended`, also where the call left it long before. Of devices there is no such event: nothing of theirs changes after `leg.ended`.',
    data: Type.Object({
      bridged: nullableFlag(
        'Whether a person answered the call at an extension, in this queue or after it. A mailbox, a menu or the queue itself is nobody. Null where it is not known.',
      ),
      estimated: inferredFlag,
    }),
    example: {
      seconds: 64.2,
      seq: 1053,
      call: endedCall,
      leg: {
        ...endedLeg,
        id: 'l-1795253400.42/queue',
        extension: '600',
        role: 'queue',
        number: '600',
        name: 'Support',
      },
      data: { bridged: true },
    },
  }),
};
