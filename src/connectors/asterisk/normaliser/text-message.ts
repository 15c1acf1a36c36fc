/**
 * Text messages. Asterisk tells nothing of them by itself, so the dialplan does, by a `UserEvent` that our guide gives
 * (docs/guides/asterisk.md). What others wrote comes in base 64: bare, a line break in it would begin another header.
 */
import type { MessageFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';

const eventName = 'OffhookMessage';

/** Null for any other event of a dialplan. */
export function messageFacts(packet: AmiPacket): MessageFacts | null {
  if (packet.get('UserEvent') !== eventName) return null;
  const from = addressOf(decoded(packet, 'From'));
  const status = packet.known('Status');
  return {
    id: decoded(packet, 'Id'),
    way: /^in$/i.test(packet.get('Direction') ?? '') ? 'in' : 'out',
    from: from?.address ?? null,
    fromName: from?.name ?? null,
    to: addressOf(decoded(packet, 'To'))?.address ?? null,
    extension: packet.known('Extension'),
    text: decoded(packet, 'Text') ?? '',
    passedOn: status === null ? null : status === 'SUCCESS',
  };
}

function decoded(packet: AmiPacket, header: string): string | null {
  const text = Buffer.from(packet.get(header) ?? '', 'base64').toString('utf8');
  return text === '' ? null : text;
}

/** `"Alice" <sip:12157010680@192.0.2.7:5060;transport=udp>`, `pjsip:101`, `sip:101@pbx` or `101`. */
function addressOf(text: string | null): { readonly name: string | null; readonly address: string } | null {
  if (text === null) return null;
  const angled = /^(.*?)<([^>]*)>/s.exec(text);
  const uri = (angled?.[2] ?? text).trim();
  const address = uri.replace(/^(?:sips?|pjsip|tel|im):/i, '').split(/[;?]/)[0] ?? '';
  const name = angled?.[1]
    ?.trim()
    .replace(/^"(.*)"$/s, '$1')
    .trim();
  return address === '' ? null : { name: name === undefined || name === '' ? null : name, address };
}
