/** What the routes that command phone systems take and answer. */
import { Type, type Static } from 'typebox';

const number = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });
const said = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 256, description }));

export const OrderInput = Type.Object(
  {
    from: number('Who calls: an extension, or a number outside.'),
    to: number('Who is called: an extension of any kind, such as a phone, a queue or a menu, or a number outside.'),
    first: Type.Optional(
      Type.Enum(['from', 'to'], {
        default: 'from',
        description: 'Who is rung first; the other is when they have answered.',
      }),
    ),
    onBehalfOf: said(
      'Extension that the call is for; it need not be one of the ends. By default the extension of a token, or of `from`.',
    ),
    connector: said('Phone system that makes the call, where there are several.'),
    ringMs: Type.Optional(
      Type.Integer({
        minimum: 1_000,
        maximum: 120_000,
        default: 30_000,
        description: 'Milliseconds that whoever is rung first may ring.',
      }),
    ),
    requestId: said('Carried by every event of the call in `call.origin`.'),
    billingCode: said(
      'Likewise; also given to the phone system where it is 1 to 20 letters, digits, dots, hyphens or underscores.',
    ),
    buttonId: said('Likewise: what was clicked on. With it `call.origin.source` is `click_to_call`, without `api`.'),
  },
  { additionalProperties: false },
);
export type OrderInput = Static<typeof OrderInput>;

export const TransferInput = Type.Object(
  {
    to: number('Who is called instead: an extension of any kind, or a number outside.'),
    by: said('Extension that sends the other party on, and leaves. Needed where more than one talks.'),
  },
  { additionalProperties: false },
);
export type TransferInput = Static<typeof TransferInput>;

export const Taken = Type.Object({
  callId: Type.String({ description: 'Carried by all events of the call.' }),
  connector: Type.String(),
  follow: Type.Object(
    { call: Type.String(), events: Type.String(), stream: Type.String() },
    {
      description:
        'Paths that tell what becomes of it: the call as it stands, its events so far, all events as they come.',
    },
  ),
});
export type Taken = Static<typeof Taken>;

export function taken(callId: string, connector: string): Taken {
  const id = encodeURIComponent(callId);
  return {
    callId,
    connector,
    follow: { call: `/v1/calls/${id}`, events: `/v1/events?call=${id}`, stream: '/v1/stream' },
  };
}
