/** What of a PBX's words shows that there is an extension, and tells whom they bring or take away. */
import type { NewEvent } from '../../model/event.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import type { MemberFacts, PeopleSignal, WatchFacts } from './signal.ts';
import { watchKeyOf } from './watch-key.ts';
import type { Evidence, Subscribers } from './subscribers.ts';

type ListSignal = Extract<PeopleSignal, { readonly complete: boolean }>;

export class Discovery {
  readonly #rules: CompiledRules;
  readonly #subscribers: Subscribers;
  readonly #agentAt: (member: MemberFacts) => string | null;

  /** @param agentAt Extension an agent takes calls on. */
  constructor(rules: CompiledRules, subscribers: Subscribers, agentAt: (member: MemberFacts) => string | null) {
    this.#rules = rules;
    this.#subscribers = subscribers;
    this.#agentAt = agentAt;
  }

  apply(signal: PeopleSignal, at: number): NewEvent[] {
    if ('complete' in signal) return this.#takeList(signal, at);
    return this.#subscribers.settle(this.#noteOne(signal), { at, found: false });
  }

  /** The extension it is about. */
  #noteOne(signal: Exclude<PeopleSignal, ListSignal>): string | null {
    switch (signal.kind) {
      case 'device.changed':
        return this.#noteDevice(signal.device.device);
      case 'watch.changed':
        return this.#noteWatch(signal.watch);
      case 'watch.removed':
        this.#subscribers.dropEvidence(signal.number, 'watch', watchKeyOf(signal));
        return signal.number;
      case 'member.changed':
        return this.#noteMember(signal.member);
      default:
        return null;
    }
  }

  #takeList(signal: ListSignal, at: number): NewEvent[] {
    switch (signal.kind) {
      case 'mailboxes.listed':
        this.#subscribers.takeMailboxes(this.#ownersOf(signal.mailboxes));
        break;
      case 'members.listed':
        this.#keepOnly(
          signal,
          'member',
          signal.members.map(({ agent }) => agent),
        );
        this.#keepOnly(signal, 'queue', signal.queues);
        for (const member of signal.members) this.#noteMember(member);
        for (const queue of signal.queues) this.#noteQueue(queue);
        break;
      case 'watches.listed':
        this.#keepOnly(signal, 'watch', signal.watches.map(watchKeyOf));
        for (const watch of signal.watches) this.#noteWatch(watch);
        break;
      case 'devices.listed':
        this.#keepOnly(
          signal,
          'device',
          signal.devices.map(({ device }) => device),
        );
        for (const { device } of signal.devices) this.#noteDevice(device);
        if (signal.complete) this.#subscribers.forgetRestored();
        break;
      case 'statuses.listed':
        return [];
    }
    return this.#subscribers.settleAll({ at, found: true });
  }

  #keepOnly({ complete }: ListSignal, kind: Evidence, keys: readonly string[]): void {
    if (complete) this.#subscribers.keepOnly(kind, new Set(keys));
  }

  #noteDevice(device: string): string | null {
    const extension = this.#rules.extensionIn(device);
    this.#subscribers.note(extension, 'device', device, 'phone');
    return extension;
  }

  #noteWatch(watch: WatchFacts): string | null {
    const extension = this.#rules.isExtension(watch.number) ? watch.number : null;
    this.#subscribers.note(extension, 'watch', watchKeyOf(watch), watch.serves);
    return extension;
  }

  #noteMember(member: MemberFacts): string | null {
    const extension = this.#agentAt(member);
    this.#subscribers.note(extension, 'member', member.agent, 'phone', member.name);
    return extension;
  }

  #noteQueue(queue: string): void {
    this.#subscribers.note(this.#rules.isExtension(queue) ? queue : null, 'queue', queue, 'queue');
  }

  #ownersOf(mailboxes: Extract<ListSignal, { kind: 'mailboxes.listed' }>['mailboxes']): Map<string, string | null> {
    const owners = new Map<string, string | null>();
    for (const { mailbox, name } of mailboxes) {
      const extension = this.#rules.extensionIn(mailbox);
      if (extension !== null) owners.set(extension, name);
    }
    return owners;
  }
}
