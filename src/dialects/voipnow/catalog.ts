/**
 * The events of extensions as VoipNow and, with the same words, Ringme and Telphin have them; and the options of the two
 * dialects. Both post form fields about one extension: VoipNow says neither which event it is nor which leg, Ringme does.
 */
import { type Static, Type } from 'typebox';
import type { EventType } from '../../model/event-types/index.ts';

/** Names of the integration guide; VoipNow has five of them, the two answers apart. */
export const vendorEvents = [
  'dial-in',
  'dial-out',
  'hangup',
  'answer',
  'answer-incoming',
  'answer-outgoing',
  'agent-login',
  'agent-logout',
  'message-in',
  'message-out',
  'message-out-status',
  'voicemail',
  'extension-call-status',
] as const;
export type VendorEvent = (typeof vendorEvents)[number];

/**
 * Events that each is made of. Of a leg dialled because an extension sent the call on, that extension dialled out, and the
 * one that rings got a call: one event of ours, seen from either.
 */
export const madeOf: Readonly<Record<VendorEvent, readonly EventType[]>> = {
  'dial-in': ['leg.dial_in'],
  'dial-out': ['leg.dial_out', 'leg.dial_in'],
  hangup: ['leg.ended', 'leg.closed'],
  answer: ['leg.answered'],
  'answer-incoming': ['leg.answered'],
  'answer-outgoing': ['leg.answered'],
  'agent-login': ['agent.state_changed'],
  'agent-logout': ['agent.state_changed'],
  'message-in': ['message.received'],
  'message-out': ['message.sent'],
  'message-out-status': ['message.status_changed'],
  voicemail: ['voicemail.left'],
  'extension-call-status': ['presence.changed'],
};

const event = Type.Optional(
  Type.Enum(vendorEvents, {
    description:
      'The only one of the vendor’s events that is sent. Without it every event of the subscription is sent as what it is.',
  }),
);

export const numberForms = ['e164', 'digits', 'raw'] as const;
const numbers = Type.Optional(
  Type.Enum(numberForms, {
    default: 'e164',
    description: 'How outside numbers are written: +12157010680, 12157010680, or as the phone system knows them.',
  }),
);

const externalOnly = Type.Optional(
  Type.Boolean({
    default: false,
    description:
      'Leaves out what is between two extensions: a call from one to another, and one that an extension sent on to another. A transfer of an outside caller is sent as it is to whoever rings.',
  }),
);

export const presets = ['callapi', 'unified'] as const;

export const VoipnowOptions = Type.Object(
  {
    preset: Type.Optional(
      Type.Enum(presets, {
        default: 'callapi',
        description:
          'callapi: as the CallAPI Events article has it. unified: as the developer guide and UnifiedAPI have it. The options below are single differences between the two.',
      }),
    ),
    event,
    callerName: Type.Optional(
      Type.Enum(['CallerIDNam', 'CallerIDName'] as const, {
        description: 'Name of the parameter with the caller’s name. callapi: CallerIDNam, unified: CallerIDName.',
      }),
    ),
    hangupStatus: Type.Optional(
      Type.Enum(['two', 'six'] as const, {
        description:
          'CallStatus of a hang-up. two (callapi): ANSWER or UNKNOWN. six (unified): ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION or CHANUNAVAIL.',
      }),
    ),
    extensions: Type.Optional(
      Type.Enum(['joined', 'star', 'short'] as const, {
        description:
          'How extensions are written: joined (callapi) 12340101, star (unified) 0003*210, short 210. The prefix is that of the extension’s record.',
      }),
    ),
    callApiId: Type.Optional(
      Type.Boolean({ description: 'Whether CallAPIID is sent, by which the call can be hung up or transferred.' }),
    ),
    numbers,
    externalOnly,
  },
  { additionalProperties: false },
);
export type VoipnowOptions = Static<typeof VoipnowOptions>;

export const RingmeOptions = Type.Object({ event, numbers, externalOnly }, { additionalProperties: false });
export type RingmeOptions = Static<typeof RingmeOptions>;
