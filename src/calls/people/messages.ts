/**
 * Text messages that passed through the PBX. From one of its phones a message is **sent**, and where it is for another one
 * of them also **received** there; from outside it is received. Nothing is remembered.
 */
import { longestMessage } from '../../model/fields.ts';
import type { NewEvent } from '../../model/event.ts';
import { clean } from '../tracker/parties.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import type { MessageFacts } from './signal.ts';
import { tell } from './told.ts';

export function messageEvents(rules: CompiledRules, message: MessageFacts, at: number): NewEvent[] {
  const from = partyOf(rules, message.from);
  const to = partyOf(rules, message.to);
  const reached = message.extension === null ? to.extension : clean(message.extension);
  const isInside = from.extension !== null && to.extension !== null;
  const data = {
    messageId: clean(message.id),
    messageSessionId: null,
    channel: isInside ? 'chat' : 'sms',
    from: from.shown,
    fromName: clean(message.fromName),
    to: to.shown,
    recipients: [],
    text: textOf(message.text),
    media: [],
  };
  const subject = message.id ?? `${message.from ?? ''}>${message.to ?? ''}`;
  const told = (type: 'message.sent' | 'message.received', extension: string | null, more: object): NewEvent => {
    const status = message.passedOn === null ? '' : String(message.passedOn);
    const change = `${status} ${message.text}`;
    const moment = { at, found: false };
    return tell(rules, moment, { type, subject, change, extension, data: { ...data, ...more } });
  };
  const sent = (): NewEvent =>
    told('message.sent', from.extension, { status: message.passedOn === false ? 'failed' : 'sent' });
  const received = (): NewEvent => told('message.received', reached, {});
  if (message.way === 'in') return [received()];
  return reached === null ? [sent()] : [sent(), received()];
}

interface MessageParty {
  readonly extension: string | null;
  readonly shown: string | null;
}

/** A number as events have it; an address with a name in it stays as it is. */
function partyOf(rules: CompiledRules, address: string | null): MessageParty {
  const user = clean((address ?? '').split('@')[0] ?? null);
  if (user !== null && rules.isExtension(user)) return { extension: user, shown: user };
  if (user !== null && /^[+0-9*#]+$/.test(user)) return { extension: null, shown: rules.numbers.read(user).number };
  return { extension: null, shown: clean(address) };
}

/** Lines stay lines; nothing else that controls a terminal, no half characters, and no more than the model takes. */
function textOf(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const printable = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  return printable.slice(0, longestMessage).replace(/[\ud800-\udbff]$/, '');
}
