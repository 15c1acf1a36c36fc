/** The first channel of a call that Offhook has Asterisk begin: its name, its ids, and the action that asks for it. */
import type { CallOrder, Destination } from '../../../calls/commands.ts';
import type { ChannelFacts } from '../../../calls/signal.ts';
import type { AmiAction } from '../ami/action.ts';
import type { AsteriskCommandsConfig } from '../config.ts';

/**
 * Shaped like the ids Asterisk gives its channels, whose seconds say when a channel was made: so that whoever else
 * listens there names the call alike.
 * @param at milliseconds. @param chance from 0 up to 1
 */
export const newChannelId = (at: number, chance: number): string =>
  `offhook-${Math.floor(at / 1000)}.${Math.floor(chance * 1e12)}`;

/** Ids that were made here; others give their actions names of their own. */
export const isOurChannelId = (text: string | null): boolean =>
  text !== null && /^offhook-\d{9,11}\.\d{1,12}$/.test(text);

/** What is dialled first, as Asterisk names it; null where the configuration has no such channel. */
export function dialStringOf(
  { channel, outside }: AsteriskCommandsConfig,
  { kind, number }: Destination,
): string | null {
  const template = kind === 'extension' ? channel : outside;
  // A function: in a text `$&` and its like would be read as patterns.
  return template?.replaceAll(/\{(?:extension|number)\}/g, () => number) ?? null;
}

/** `PJSIP/15550100@trunk` and `PJSIP/trunk/sip:15550100@host` are channels of `PJSIP/trunk`, `SIP/trunk/15550100` of `SIP/trunk`. */
export function deviceOfDialString(dialString: string): string {
  const [technology = '', resource = '', more] = dialString.split('/');
  const at = more === undefined ? resource.split('@')[1] : undefined;
  return `${technology}/${at ?? resource}`;
}

export interface OrderedChannel {
  readonly id: string;
  readonly dialString: string;
  readonly first: Destination;
  readonly second: Destination;
}

/** The channel as it will be shown, as far as that is known before. */
export function expectedFacts({ id, dialString, first, second }: OrderedChannel, at: number): ChannelFacts {
  return {
    id,
    linkedId: id,
    device: deviceOfDialString(dialString),
    kind: 'device',
    state: 'down',
    callerNumber: first.number,
    callerName: null,
    connectedNumber: null,
    connectedName: null,
    dialledNumber: second.number,
    context: null,
    accountCode: null,
    createdAt: Math.floor(at / 1000) * 1000,
  };
}

/** What Asterisk takes as an account code; others are carried by the events alone. */
const accountCode = /^[A-Za-z0-9._-]{1,20}$/;

export function originateAction(
  { id, dialString, first, second }: OrderedChannel,
  order: CallOrder,
  { context, callerId }: AsteriskCommandsConfig,
): AmiAction {
  const { billingCode, onBehalfOf } = order.origin;
  const shown = first.kind === 'outside' ? (callerId ?? onBehalfOf ?? second.number) : first.number;
  return {
    name: 'Originate',
    // Asterisk tells what became of it by this, where it makes no channel.
    id,
    headers: {
      Channel: dialString,
      ChannelId: id,
      Context: context ?? '',
      Exten: second.number,
      Priority: '1',
      CallerID: `<${shown}>`,
      Timeout: String(order.ringMs),
      Async: 'true',
      ...(billingCode !== null && accountCode.test(billingCode) ? { Account: billingCode } : {}),
    },
  };
}
