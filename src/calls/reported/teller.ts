/** Makes the events of what was reported. Their ids come from the reports alone: a repeated one makes the same events. */
import { idFromFacts } from '../../kit/ids.ts';
import type { Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import { type ReportedCall, snapshot, timeOf } from './reported-call.ts';

export interface TellerRules {
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
}

type Data = NewEvent['data'];

/** Whoever got no answer sends again within this, milliseconds. */
const sentAgainMs = 120_000;
const mostSaid = 10_000;

export class ReportTeller {
  readonly #rules: TellerRules;
  #events: NewEvent[] = [];
  /** When what has no time of its own was said first. */
  readonly #said = new Map<string, number>();

  constructor(rules: TellerRules) {
    this.#rules = rules;
  }

  /** What was told since last asked. */
  take(): readonly NewEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  call(type: EventType, one: ReportedCall, at: number, data: Data): void {
    const id = this.#id(at, type, one.call.id);
    this.#push({ id, type, at, extension: null, call: snapshot(one, at), leg: null, data }, one.extensions);
  }

  leg(type: EventType, one: ReportedCall, leg: Leg, at: number, data: Data): void {
    if (leg.extension !== null) one.extensions.add(leg.extension);
    const id = this.#id(at, type, one.call.id, leg.id);
    this.#push({ id, type, at, extension: leg.extension, call: snapshot(one, at), leg, data }, one.extensions);
  }

  /**
   * @param facts that tell it from others of its type at that moment
   * @param now where it came without its own time: what says the same soon after is the same, sent again
   */
  other(
    type: EventType,
    extension: string | null,
    { at, now }: { readonly at: number | null; readonly now: number },
    facts: readonly string[],
    data: Data,
  ): void {
    const all = [extension ?? '', ...facts];
    const time = at ?? this.#firstSaidAt([type, ...all].join('\u0000'), now);
    const id = this.#id(time, type, ...all);
    const extensions = extension === null ? [] : [extension];
    this.#push({ id, type, at: time, extension, call: null, leg: null, data }, extensions);
  }

  /** Of one connector there may be several domains, whose phone systems number alike. */
  #id(at: number, ...facts: readonly string[]): string {
    const { connector, reseller, domain } = this.#rules;
    return idFromFacts(at, connector, reseller, domain, ...facts);
  }

  #firstSaidAt(said: string, now: number): number {
    const known = this.#said.get(said);
    if (known !== undefined && now - known < sentAgainMs) return known;
    this.#said.delete(said);
    this.#said.set(said, now);
    const [oldest] = this.#said.keys();
    if (this.#said.size > mostSaid && oldest !== undefined) this.#said.delete(oldest);
    return now;
  }

  #push(
    { at, ...event }: Pick<NewEvent, 'id' | 'type' | 'extension' | 'call' | 'leg' | 'data'> & { readonly at: number },
    extensions: Iterable<string>,
  ): void {
    const { connector, reseller, domain } = this.#rules;
    this.#events.push({
      id: event.id,
      type: event.type,
      time: timeOf(at),
      reseller,
      domain,
      user: null,
      extension: event.extension,
      connector,
      extensions: [...extensions],
      call: event.call,
      leg: event.leg,
      data: event.data,
    });
  }
}
