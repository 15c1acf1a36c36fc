import { idFromFacts } from '../../kit/ids.ts';
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import { isTalking, stateOf, type CallState } from './call-state.ts';

/** Whose events they are. */
export interface Source {
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
  userOf(extension: string | null): string | null;
}

interface About {
  readonly leg?: Leg | undefined;
  /** Where the event is about an extension that has no leg in it. */
  readonly extension?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One step being applied to a call: changes it, and tells events that show it as it stands at that point. */
export class Draft {
  readonly #source: Source;
  readonly #at: number;
  readonly #legs: Map<string, Leg>;
  readonly #extensions: Set<string>;
  readonly #events: NewEvent[] = [];
  #call: Call;
  #talkingSince: number | null;
  #queuedSince: number | null;
  #told: number;

  constructor(state: CallState, source: Source, at: number) {
    this.#source = source;
    this.#at = at;
    this.#call = state.call;
    this.#legs = new Map(state.legs);
    this.#extensions = new Set(state.extensions);
    this.#talkingSince = state.talkingSince;
    this.#queuedSince = state.queuedSince;
    this.#told = state.told;
  }

  get call(): Call {
    return this.#call;
  }

  get legs(): ReadonlyMap<string, Leg> {
    return this.#legs;
  }

  get time(): string {
    return new Date(this.#at).toISOString();
  }

  /** Milliseconds since a moment of this call. */
  since(time: string): number {
    return this.#at - Date.parse(time);
  }

  get waitedMs(): number {
    return this.#queuedSince === null ? 0 : this.#at - this.#queuedSince;
  }

  queued(isQueued: boolean): void {
    this.#queuedSince = isQueued ? this.#at : null;
    this.#settle();
  }

  change(changes: Partial<Call>): void {
    this.#call = { ...this.#call, ...changes };
    this.#settle();
  }

  /** Adds or changes a leg; its extension has taken part from now on. */
  put(key: string, leg: Leg): Leg {
    this.#legs.set(key, leg);
    if (leg.extension !== null) this.#extensions.add(leg.extension);
    this.#settle();
    return leg;
  }

  involve(extension: string): void {
    this.#extensions.add(extension);
  }

  tell(type: EventType, about: About = {}): void {
    const { connector, reseller, domain } = this.#source;
    const extension = about.leg?.extension ?? about.extension ?? null;
    const started = Date.parse(this.#call.startedAt);
    this.#events.push({
      id: idFromFacts(started, connector, this.#call.id, this.#told++),
      type,
      time: this.time,
      reseller,
      domain,
      user: this.#source.userOf(extension),
      extension,
      connector,
      extensions: [...this.#extensions],
      call: { ...this.#call, talkMs: this.#talkMs() },
      leg: about.leg ?? null,
      data: about.data ?? {},
    });
  }

  get result(): { readonly state: CallState; readonly events: readonly NewEvent[] } {
    const state = {
      call: this.#call,
      legs: this.#legs,
      extensions: [...this.#extensions],
      talkingSince: this.#talkingSince,
      queuedSince: this.#queuedSince,
      told: this.#told,
    };
    return { state, events: this.#events };
  }

  /** Keeps talk time and state true to what was just changed. */
  #settle(): void {
    const talking = this.#call.endedAt === null && isTalking(this.#call, this.#legs);
    if (talking && this.#talkingSince === null) this.#talkingSince = this.#at;
    if (!talking && this.#talkingSince !== null) {
      this.#call = { ...this.#call, talkMs: this.#talkMs() };
      this.#talkingSince = null;
    }
    const state = stateOf(this.#call, this.#legs, this.#queuedSince !== null);
    if (state !== this.#call.state) this.#call = { ...this.#call, state };
  }

  #talkMs(): number {
    return this.#call.talkMs + (this.#talkingSince === null ? 0 : this.#at - this.#talkingSince);
  }
}
