/**
 * The live view of people: what the log told last of each agent, phone, mailbox and subscriber. Pure: fed events in their
 * order, asked questions; it reads no log and no clock.
 *
 * Each is **known** from its first event to the one that says it is gone (a subscriber deleted, an agent logged out).
 * Past a limit those not heard of for longest are forgotten: they are told again when their PBX is next asked.
 */
import type { Event } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import type { EventType } from '../../model/event-types/index.ts';
import { mayAccessEvent, type Access } from '../../model/scope.ts';
import type { KnownOfPeople } from '../people/index.ts';
import { type FoundExtension, foundIn, isGone, keyOf, placeOf, subjectOf } from './people-event.ts';

export type { FoundExtension };

/** Where it stands in the log, and the events it holds. */
export interface PeopleMarks {
  readonly log: string;
  readonly cursor: number;
  readonly seqs: readonly number[];
}

const kinds: ReadonlySet<EventType> = new Set([
  'agent.state_changed',
  'presence.changed',
  'subscriber.updated',
  'mailbox.changed',
]);

export class LivePeople {
  readonly #most: number;
  readonly #log: string;
  #cursor: number;
  /** By source, kind and whom it is about; those not heard of for longest first. */
  readonly #last = new Map<string, Event>();
  /** The last presence of a domain's extension, whichever source tells it. */
  readonly #presence = new Map<string, Event>();

  constructor(log: string, cursor = 0, most = 50_000) {
    this.#log = log;
    this.#cursor = cursor;
    this.#most = most;
  }

  get cursor(): { readonly log: string; readonly seq: number } {
    return { log: this.#log, seq: this.#cursor };
  }

  /** Takes in the next events; those taken in before change nothing. */
  apply(events: readonly Event[]): void {
    for (const event of events) {
      if (event.seq <= this.#cursor) continue;
      this.#cursor = event.seq;
      this.#take(event);
    }
  }

  /** Events from before the cursor that marks pointed at, in the order of their sequence. */
  recall(events: readonly Event[]): void {
    for (const event of events) this.#take(event);
  }

  /** The last event of each agent who is logged in, by name. */
  agents(access: Access): readonly Event[] {
    const all = this.#of('agent.state_changed', access);
    return all.sort((one, two) => nameOf(one).localeCompare(nameOf(two)) || one.seq - two.seq);
  }

  /** Extensions that sources have shown, in the order of `seq`; of one that several show, what was said last. */
  extensions(access: Access): readonly FoundExtension[] {
    const found = new Map<string, FoundExtension>();
    for (const event of this.#of('subscriber.updated', access).sort((one, two) => two.seq - one.seq)) {
      const extension = foundIn(event);
      const place = extension && placeOf(extension.domain, extension.number);
      if (place && !found.has(place)) found.set(place, extension);
    }
    return [...found.values()].reverse();
  }

  /** How an extension is; null where nobody says. */
  stateOf(domain: string, extension: string): string | null {
    const state = this.#presence.get(placeOf(domain, extension))?.data['state'];
    return typeof state === 'string' ? state : null;
  }

  /** What a connector told last of each, for its restart. */
  known(connector: string): readonly KnownOfPeople[] {
    return [...this.#last.values()].filter((event) => event.connector === connector);
  }

  /** Which of these events are held here. */
  holding(seqs: readonly number[]): readonly number[] {
    const held = new Set([...this.#last.values(), ...this.#presence.values()].map(({ seq }) => seq));
    return seqs.filter((seq) => held.has(seq));
  }

  /** These events say something else now. */
  replace(events: readonly Event[]): void {
    const bySeq = new Map(events.map((event) => [event.seq, event]));
    for (const held of [this.#last, this.#presence]) {
      for (const [key, { seq }] of held) {
        const now = bySeq.get(seq);
        if (now) held.set(key, now);
      }
    }
  }

  /** All that is said of each, as JSON. */
  *texts(access: Access): Generator<string> {
    const all = new Set([...this.#last.values(), ...this.#presence.values()]);
    for (const event of all) if (mayAccessEvent(access, event)) yield eventText(event);
  }

  /** What to save, so that a restart finds the same again. */
  marks(): PeopleMarks {
    const held = new Set([...this.#last.values(), ...this.#presence.values()].map(({ seq }) => seq));
    return { log: this.#log, cursor: this.#cursor, seqs: [...held].sort((one, two) => one - two) };
  }

  #of(type: EventType, access: Access): Event[] {
    return [...this.#last.values()].filter((event) => event.type === type && mayAccessEvent(access, event));
  }

  #take(event: Event): void {
    if (!kinds.has(event.type)) return;
    const subject = subjectOf(event);
    if (subject === null) return;
    const key = keyOf(event, event.type, subject);
    this.#last.delete(key);
    if (!isGone(event)) this.#last.set(key, event);
    else if (event.type === 'subscriber.updated') this.#forget(event, subject);
    if (event.type === 'presence.changed') this.#hold(this.#presence, placeOf(event.domain, subject), event);
    if (this.#last.size > this.#most) dropOldest(this.#last);
  }

  /** Nobody is at an extension that is gone. */
  #forget(event: Event, extension: string): void {
    this.#last.delete(keyOf(event, 'presence.changed', extension));
    const place = placeOf(event.domain, extension);
    if (this.#presence.get(place)?.connector === event.connector) this.#presence.delete(place);
  }

  #hold(held: Map<string, Event>, key: string, event: Event): void {
    held.delete(key);
    held.set(key, event);
    if (held.size > this.#most) dropOldest(held);
  }
}

function dropOldest(held: Map<string, Event>): void {
  for (const key of held.keys()) {
    held.delete(key);
    return;
  }
}

function nameOf({ data }: Event): string {
  const { agent, agentName } = data;
  return typeof agentName === 'string' ? agentName : typeof agent === 'string' ? agent : '';
}
