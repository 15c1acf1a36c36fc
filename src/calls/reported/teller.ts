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

export class ReportTeller {
  readonly #rules: TellerRules;
  #events: NewEvent[] = [];

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
    const id = idFromFacts(at, this.#rules.connector, type, one.call.id);
    this.#push({ id, type, at, extension: null, call: snapshot(one, at), leg: null, data }, one.extensions);
  }

  leg(type: EventType, one: ReportedCall, leg: Leg, at: number, data: Data): void {
    if (leg.extension !== null) one.extensions.add(leg.extension);
    const id = idFromFacts(at, this.#rules.connector, type, one.call.id, leg.id);
    this.#push({ id, type, at, extension: leg.extension, call: snapshot(one, at), leg, data }, one.extensions);
  }

  /** @param facts that tell it from others of its type at that moment */
  other(type: EventType, extension: string | null, at: number, facts: readonly string[], data: Data): void {
    const id = idFromFacts(at, this.#rules.connector, type, extension ?? '', ...facts);
    const extensions = extension === null ? [] : [extension];
    this.#push({ id, type, at, extension, call: null, leg: null, data }, extensions);
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
