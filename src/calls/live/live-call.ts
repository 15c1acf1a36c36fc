import type { Call, Leg } from '../../model/call.ts';
import type { Event } from '../../model/event.ts';
import { mayAccessDomain, type Access } from '../../model/scope.ts';

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

interface SeenLeg {
  readonly leg: Leg;
  readonly seq: number;
}

/** Legs kept per call; of more, the ones that ended first are forgotten. */
const mostLegs = 200;

/** A call of the live view: its last event, and the last of each leg. */
export class FollowedCall {
  readonly firstSeq: number;
  readonly #legs = new Map<string, SeenLeg>();
  readonly #users = new Set<string>();
  #last: Event;
  #call: Call;

  constructor(event: Event, call: Call) {
    this.firstSeq = event.seq;
    this.#last = event;
    this.#call = call;
    this.take(event, call);
  }

  get ended(): boolean {
    return this.#call.state === 'ended';
  }

  /** Milliseconds, by the server's clock. */
  get acceptedAt(): number {
    return Date.parse(this.#last.acceptedAt);
  }

  get connector(): string {
    return this.#last.connector;
  }

  take(event: Event, call: Call): void {
    if (event.leg) this.#legs.set(event.leg.id, { leg: event.leg, seq: event.seq });
    if (event.user !== null) this.#users.add(event.user);
    this.#forgetLegs();
    this.#last = event;
    // What was said of an ended call stands; a late event about one of its legs is no new life.
    if (!this.ended || call.state === 'ended') this.#call = call;
  }

  isVisibleTo(access: Access): boolean {
    if (!mayAccessDomain(access, this.#last)) return false;
    if (access.extension !== '*' && !this.#last.extensions.includes(access.extension)) return false;
    return access.user === '*' || this.#users.has(access.user);
  }

  view(): LiveCall {
    const { reseller, domain, connector, extensions, seq, time, acceptedAt } = this.#last;
    const legs = [...this.#legs.values()].map((seen) => seen.leg);
    const { firstSeq } = this;
    return { reseller, domain, connector, extensions, call: this.#call, legs, seq, firstSeq, seenAt: time, acceptedAt };
  }

  mark(): {
    readonly domain: string;
    readonly callId: string;
    readonly seq: number;
    readonly legs: Record<string, number>;
  } {
    const legs = Object.fromEntries([...this.#legs].map(([id, seen]) => [id, seen.seq]));
    return { domain: this.#last.domain, callId: this.#call.id, seq: this.#last.seq, legs };
  }

  #forgetLegs(): void {
    if (this.#legs.size <= mostLegs) return;
    for (const [id, { leg }] of this.#legs) {
      if (leg.state === 'ended') {
        this.#legs.delete(id);
        return;
      }
    }
    const [oldest] = this.#legs.keys();
    if (oldest !== undefined) this.#legs.delete(oldest);
  }
}
