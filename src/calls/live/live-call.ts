import type { Call, Leg } from '../../model/call.ts';
import type { Event } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import { mayAccessParticipants, type Access } from '../../model/scope.ts';
import { callIdOf, callStateOf, legIdOf } from '../../model/stored-event.ts';
import { begunAfter } from '../begun.ts';

/** A call as its events say it stands. */
export interface LiveCall {
  readonly reseller: string;
  readonly domain: string;
  readonly connector: string;
  /** All that took part so far. */
  readonly extensions: readonly string[];
  readonly call: Call;
  readonly legs: readonly Leg[];
  /** Sequence of the last event about it, and of the first that was seen. */
  readonly seq: number;
  readonly firstSeq: number;
  /** Time of the last event, by its source; and when the log had it, by the server. */
  readonly seenAt: string;
  readonly acceptedAt: string;
}

/** Legs kept per call; of more, the ones that ended first are forgotten. */
const mostLegs = 200;

/**
 * A call of the live view: its last event, the last that told how the call stands, and the last of each leg. They are
 * read when somebody looks: most calls come and go unseen.
 */
export class FollowedCall {
  readonly firstSeq: number;
  readonly #legs = new Map<string, Event>();
  /** Null while its events name none. */
  #users: Set<string> | null = null;
  #last: Event;
  #telling: Event;
  #begun: readonly Event[] = [];
  #changedSeq: number;
  #ended: boolean;

  /** @param event about a call */
  constructor(event: Event) {
    this.firstSeq = event.seq;
    this.#last = event;
    this.#telling = event;
    this.#changedSeq = event.seq;
    this.#ended = false;
    this.take(event);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Of the last event that changed anything about it: its own last one, or that of a call that became part of it. */
  get changedSeq(): number {
    return this.#changedSeq;
  }

  /** Of the last event about it. */
  get seq(): number {
    return this.#last.seq;
  }

  /** Milliseconds, by the server's clock. */
  get acceptedAt(): number {
    return Date.parse(this.#last.acceptedAt);
  }

  get connector(): string {
    return this.#last.connector;
  }

  take(event: Event): void {
    const legId = legIdOf(event);
    if (legId !== null) this.#legs.set(legId, event);
    this.#note(event);
    this.#changedSeq = event.seq;
    this.#last = event;
    const isOver = callStateOf(event) === 'ended';
    // What was said of an ended call stands; a late event about one of its legs is no new life.
    if (!this.#ended || isOver) this.#telling = event;
    this.#ended ||= isOver;
  }

  /** Another call became part of this one, at that sequence: its legs, and what began in it, go on here. */
  takeOver(other: FollowedCall, seq: number): void {
    for (const event of other.#held) this.adopt(event);
    for (const user of other.#users ?? []) (this.#users ??= new Set()).add(user);
    this.#changedSeq = seq;
  }

  /** Takes in what an event of another call, which became part of this one, says of a leg or began. */
  adopt(event: Event): void {
    const legId = legIdOf(event);
    const known = legId === null ? undefined : this.#legs.get(legId);
    if (legId !== null && (known?.seq ?? 0) < event.seq) this.#legs.set(legId, event);
    this.#note(event);
  }

  /** Events that began what has not ended. */
  get begun(): readonly Event[] {
    return this.#begun;
  }

  /** Sequences of the events it holds. */
  get seqs(): readonly number[] {
    return this.#held.map(({ seq }) => seq);
  }

  /** Those of these events that it holds say something else now. */
  replace(events: ReadonlyMap<number, Event>): void {
    const now = (held: Event): Event => events.get(held.seq) ?? held;
    this.#last = now(this.#last);
    this.#telling = now(this.#telling);
    for (const [id, held] of this.#legs) this.#legs.set(id, now(held));
    this.#begun = this.#begun.map(now);
  }

  /** All that it says, as JSON. */
  get text(): string {
    return this.#held.map(eventText).join('\n');
  }

  isVisibleTo(access: Access): boolean {
    const { reseller, domain, extension, extensions } = this.#last;
    const users = this.#users ? [...this.#users] : [];
    return mayAccessParticipants(access, { reseller, domain, users, extension, extensions });
  }

  view(): LiveCall {
    const { reseller, domain, connector, extensions, seq, time, acceptedAt } = this.#last;
    const call = this.#telling.call as Call;
    const legs = [...this.#legs.values()].map((event) => event.leg as Leg);
    const { firstSeq } = this;
    return { reseller, domain, connector, extensions, call, legs, seq, firstSeq, seenAt: time, acceptedAt };
  }

  mark(): {
    readonly domain: string;
    readonly callId: string;
    readonly seq: number;
    readonly legs: Record<string, number>;
  } {
    const others = this.#telling === this.#last ? this.#begun : [...this.#begun, this.#telling];
    const named = others.map(({ type, seq }) => [`${type} ${seq}`, seq] as const);
    const legs = Object.fromEntries([...[...this.#legs].map(([id, { seq }]) => [id, seq] as const), ...named]);
    return { domain: this.#last.domain, callId: callIdOf(this.#last) as string, seq: this.#last.seq, legs };
  }

  get #held(): readonly Event[] {
    return [...new Set([this.#last, this.#telling, ...this.#legs.values(), ...this.#begun])];
  }

  #note(event: Event): void {
    if (event.user !== null) (this.#users ??= new Set()).add(event.user);
    if (this.#legs.size > mostLegs) this.#forgetLeg();
    this.#begun = begunAfter(this.#begun, event);
  }

  #forgetLeg(): void {
    for (const [id, { leg }] of this.#legs) {
      if (leg?.state === 'ended') {
        this.#legs.delete(id);
        return;
      }
    }
    const [oldest] = this.#legs.keys();
    if (oldest !== undefined) this.#legs.delete(oldest);
  }
}
