/**
 * The tracker of people: what a PBX tells of agents, phones, mailboxes and messages beside its calls, as events. Pure, like
 * the call tracker: the same signals give the same events; it reads no clock and does no I/O. Told is what changed, and
 * what was not known before; nothing twice. Its parts say on top of each what there is to know.
 *
 * Memory is bounded by what there is on one PBX, and past a limit new ones are not followed.
 */
import type { NewEvent } from '../../model/event.ts';
import { compileRules, type CompiledRules, type TrackerRules } from '../tracker/rules.ts';
import { usableTime } from '../tracker/snapshot.ts';
import { Agents } from './agents.ts';
import { Discovery } from './discovery.ts';
import { type CallOf, Mailboxes } from './mailboxes.ts';
import { messageEvents } from './messages.ts';
import { Presence } from './presence.ts';
import type { PeopleSignal } from './signal.ts';
import { Subscribers } from './subscribers.ts';

/** What was told last of somebody, before a restart. */
export type KnownOfPeople = Pick<NewEvent, 'type' | 'extension' | 'data'>;

export interface PeopleTracker {
  /** What the signal makes known, in order. Never throws, whatever the signal. */
  apply(signal: PeopleSignal): NewEvent[];
  /** To be called before the first signal. */
  restore(known: readonly KnownOfPeople[]): void;
}

/** @throws SyntaxError when `rules.extensions` is no regular expression. */
export function createPeopleTracker(rules: TrackerRules, callOf: CallOf): PeopleTracker {
  return new Tracker(compileRules(rules), callOf);
}

class Tracker implements PeopleTracker {
  readonly #rules: CompiledRules;
  readonly #callOf: CallOf;
  readonly #agents: Agents;
  readonly #presence: Presence;
  readonly #subscribers: Subscribers;
  readonly #discovery: Discovery;
  readonly #mailboxes: Mailboxes;
  /** Time of the last signal that had one. */
  #now = 0;

  constructor(rules: CompiledRules, callOf: CallOf) {
    this.#rules = rules;
    this.#callOf = callOf;
    this.#agents = new Agents(rules);
    this.#subscribers = new Subscribers(rules);
    this.#discovery = new Discovery(rules, this.#subscribers, (member) => this.#agents.extensionOf(member));
    this.#presence = new Presence(rules, (extension) => this.#subscribers.nameOf(extension));
    this.#mailboxes = new Mailboxes(rules);
  }

  apply(signal: PeopleSignal): NewEvent[] {
    this.#now = usableTime(signal.at) ?? this.#now;
    return [...this.#discovery.apply(signal, this.#now), ...this.#tell(signal, this.#now)];
  }

  restore(known: readonly KnownOfPeople[]): void {
    for (const { type, extension, data } of known) {
      if (type === 'agent.state_changed') this.#agents.restore(data);
      else if (type === 'mailbox.changed') this.#mailboxes.restore(data);
      else if (type === 'subscriber.updated' && extension !== null) this.#subscribers.restore(extension, data);
      else if (type === 'presence.changed' && extension !== null) this.#presence.restore(extension, data);
    }
  }

  #tell(signal: PeopleSignal, at: number): NewEvent[] {
    switch (signal.kind) {
      case 'message.passed':
        return messageEvents(this.#rules, signal.message, at);
      case 'mailbox.counted':
        return this.#mailboxes.counted(signal, at, this.#callOf);
      case 'mailboxes.listed':
        return this.#mailboxes.listed(signal, at);
      case 'member.changed':
      case 'member.removed':
      case 'members.listed':
      case 'agent.signed':
        return this.#agents.apply(signal, at);
      default:
        return this.#presence.apply(signal, at);
    }
  }
}
