/**
 * Makes the events. Their ids come from PBX facts alone (call start, connector, channel, kind, and the time of what can
 * repeat), so that a second observer, or the same one after a reconnect, names the same fact alike.
 */
import { idFromFacts } from '../../kit/ids.ts';
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { CallRecord, LegRecord, Repeat } from './record.ts';
import type { CompiledRules } from './rules.ts';
import { callSnapshot, extensionsOf, legSnapshot, watchedFields } from './snapshot.ts';

type Data = Readonly<Record<string, unknown>>;

export class Teller {
  readonly #rules: CompiledRules;
  #events: NewEvent[] = [];

  constructor(rules: CompiledRules) {
    this.#rules = rules;
  }

  /** What was told since last asked. */
  take(): NewEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Id of the call that began with this channel. */
  callId(base: number, channelId: string): string {
    return idFromFacts(base, this.#rules.connector, channelId);
  }

  /** The call begins; the event also shows the leg it began with, so that a restart finds the call's first channel. */
  started(call: CallRecord, leg: LegRecord, data: Data): void {
    this.#tellCall(
      'call.started',
      call,
      callSnapshot(call, call.startedAt),
      call.startedAt,
      [],
      data,
      legSnapshot(leg),
    );
  }

  answered(call: CallRecord, at: number, data: Data): void {
    const time = moveOn(call, at);
    this.#tellCall('call.answered', call, callSnapshot(call, time), time, [], data);
  }

  ended(call: CallRecord, outcome: Pick<Call, 'outcome' | 'hungUpBy'>, at: number, data: Data): void {
    const time = moveOn(call, at);
    const snapshot = { ...callSnapshot(call, time), ...outcome };
    this.#tellCall('call.ended', call, snapshot, time, [], data);
    this.#tellCall('call.closed', call, snapshot, time, [], data);
  }

  /** Tells what changed in the call since it was last told, if anything did. */
  changes(call: CallRecord, at: number): void {
    const fields = watchedFields(call);
    const changed = [...fields].filter(([path, value]) => call.told.get(path) !== value);
    if (changed.length === 0) return;
    const time = moveOn(call, at);
    const facts = [time, repeatOf(call.repeat, time), JSON.stringify(changed)];
    const data = { changed: changed.map(([path]) => path) };
    this.#tellCall('call.updated', call, callSnapshot(call, time), time, facts, data);
  }

  leg(type: EventType, call: CallRecord, leg: LegRecord, at: number, data: Data): void {
    const time = moveOn(call, at);
    const repeats = type === 'leg.held' || type === 'leg.resumed';
    const facts = repeats ? [time, repeatOf(leg.repeat, time)] : [];
    leg.fixed = true;
    if (leg.extension !== null) call.extensions.add(leg.extension);
    const id = idFromFacts(call.base, this.#rules.connector, leg.channelId, type, ...facts);
    this.#push(type, id, call, callSnapshot(call, time), legSnapshot(leg), leg.extension, time, data);
  }

  #tellCall(
    type: EventType,
    call: CallRecord,
    snapshot: Call,
    time: number,
    facts: readonly (string | number)[],
    data: Data,
    leg: Leg | null = null,
  ): void {
    call.told = watchedFields(call);
    const id = idFromFacts(call.base, this.#rules.connector, call.id, type, ...facts);
    this.#push(type, id, call, snapshot, leg, null, time, data);
  }

  #push(
    type: EventType,
    id: string,
    call: CallRecord,
    snapshot: Call,
    leg: Leg | null,
    extension: string | null,
    time: number,
    data: Data,
  ): void {
    const { connector, reseller, domain } = this.#rules;
    this.#events.push({
      id,
      type,
      time: new Date(time).toISOString(),
      reseller,
      domain,
      user: null,
      extension,
      connector,
      extensions: extensionsOf(call),
      call: snapshot,
      leg,
      data,
    });
  }
}

/** Time of the next thing told of a call: never before the last one, whatever the PBX's clock did. */
export function moveOn(call: CallRecord, at: number): number {
  call.lastAt = Math.max(call.lastAt, at);
  return call.lastAt;
}

function repeatOf(repeat: Repeat, at: number): number {
  repeat.count = repeat.at === at ? repeat.count + 1 : 0;
  repeat.at = at;
  return repeat.count;
}
