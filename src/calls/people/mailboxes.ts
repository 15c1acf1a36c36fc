/**
 * Mailboxes: how many messages lie in them. A message was **left** when there are more of both, the unheard and all:
 * one that is marked unheard again is none. Where a channel left it, its call is shown. Where the counts were not known
 * before, one was left if a channel was there, and not that of the owner.
 */
import type { NewEvent } from '../../model/event.ts';
import type { OpenCall } from '../open-call.ts';
import { clean } from '../tracker/parties.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import type { MailboxFacts, PeopleSignal } from './signal.ts';
import { type Moment, newRepeat, type Repeat, tell } from './told.ts';

type Counted = Extract<PeopleSignal, { readonly kind: 'mailbox.counted' }>;
type Counts = Pick<MailboxFacts, 'newCount' | 'oldCount'>;
/** The call that a channel is part of, and that the extension takes part in from now on; null where none is known. */
export type CallOf = (channelId: string, extension: string | null) => OpenCall | null;

interface Mailbox {
  counts: Counts | null;
  readonly repeat: Repeat;
}

/** Past it new ones are not followed. */
const mostMailboxes = 50_000;

export class Mailboxes {
  readonly #rules: CompiledRules;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(rules: CompiledRules) {
    this.#rules = rules;
  }

  counted(signal: Counted, at: number, callOf: CallOf): NewEvent[] {
    const mailbox = this.#get(signal.mailbox);
    if (!mailbox) return [];
    const { newCount, oldCount, channelId } = signal;
    const before = mailbox.counts;
    const moment = { at, found: false };
    const isLeft = before ? isMore(before, signal) : this.#mustBeLeft(signal);
    const owner = this.#rules.extensionIn(signal.mailbox);
    const call = isLeft && channelId !== null ? callOf(channelId, owner) : null;
    const left = isLeft ? [this.#left(signal, call, moment)] : [];
    return [...left, ...this.#changed(signal.mailbox, mailbox, { newCount, oldCount }, moment)];
  }

  listed({ mailboxes, complete }: Extract<PeopleSignal, { kind: 'mailboxes.listed' }>, at: number): NewEvent[] {
    const moment = { at, found: true };
    const names = new Set(mailboxes.map(({ mailbox }) => mailbox));
    for (const name of this.#mailboxes.keys()) if (complete && !names.has(name)) this.#mailboxes.delete(name);
    return mailboxes.flatMap((facts) => {
      const mailbox = this.#get(facts.mailbox);
      if (!mailbox) return [];
      const nobody = { channelId: null, callerNumber: null, callerName: null };
      const isLeft = mailbox.counts !== null && isMore(mailbox.counts, facts);
      const left = isLeft ? [this.#left({ ...facts, ...nobody }, null, moment)] : [];
      return [...left, ...this.#changed(facts.mailbox, mailbox, facts, moment)];
    });
  }

  restore(data: NewEvent['data']): void {
    const { mailbox, newCount, oldCount } = data;
    const known = typeof mailbox === 'string' ? this.#get(mailbox) : null;
    if (known && typeof newCount === 'number' && typeof oldCount === 'number') known.counts = { newCount, oldCount };
  }

  #get(name: string): Mailbox | null {
    const known = this.#mailboxes.get(name);
    if (known) return known;
    if (name === '' || this.#mailboxes.size >= mostMailboxes) return null;
    const mailbox: Mailbox = { counts: null, repeat: newRepeat() };
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }

  #mustBeLeft({ mailbox, newCount, channelId, callerNumber, file }: Counted): boolean {
    if (file !== undefined) return file !== null;
    const owner = this.#rules.extensionIn(mailbox);
    return channelId !== null && newCount > 0 && (owner === null || callerNumber !== owner);
  }

  #left(signal: Omit<Counted, 'kind' | 'at'>, call: OpenCall | null, moment: Moment): NewEvent {
    const { mailbox, newCount, oldCount, callerNumber, callerName, file = null } = signal;
    const from = call?.call.from ?? this.#rules.numbers.party(callerNumber, callerName);
    const data = {
      voicemailId: clean(file === null ? null : file.slice(file.lastIndexOf('/') + 1)),
      file: clean(file),
      mailbox: clean(mailbox),
      from: from.number,
      fromName: clean(from.name),
      url: null,
      contentType: null,
      durationMs: null,
      transcription: null,
      urgent: null,
      newCount,
      oldCount,
    };
    const change = `${newCount}/${oldCount}`;
    const extension = this.#rules.extensionIn(mailbox);
    return tell(this.#rules, moment, { type: 'voicemail.left', subject: mailbox, change, extension, data, call });
  }

  #changed(name: string, mailbox: Mailbox, { newCount, oldCount }: Counts, moment: Moment): NewEvent[] {
    const before = mailbox.counts;
    mailbox.counts = { newCount, oldCount };
    if (before?.newCount === newCount && before.oldCount === oldCount) return [];
    const data = { mailbox: clean(name), newCount, oldCount };
    const extension = this.#rules.extensionIn(name);
    const change = `${newCount}/${oldCount}`;
    const { repeat } = mailbox;
    return [tell(this.#rules, moment, { type: 'mailbox.changed', subject: name, change, extension, data, repeat })];
  }
}

const isMore = (before: Counts, now: Counts): boolean =>
  now.newCount > before.newCount && now.newCount + now.oldCount > before.newCount + before.oldCount;
