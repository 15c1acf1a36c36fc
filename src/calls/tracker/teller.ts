/**
 * Makes the events. Their ids come from PBX facts alone (call start, connector, channel, kind, and the time of what can
 * repeat), so that a second observer, or the same one after a reconnect, names the same fact alike.
 */
import { idFromFacts } from '../../kit/ids.ts';
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { Moment } from './moment.ts';
import type { CallRecord, LegRecord, Repeats } from './record.ts';
import type { MachineLeg } from './machines/machine.ts';
import type { Parked } from './parking/parked.ts';
import type { Offer, QueueStay } from './queues/stay.ts';
import type { Recorded } from './recordings/recorded.ts';
import type { Room, Visit } from './rooms/room.ts';
import type { CompiledRules } from './rules.ts';
import type { TransferRecord } from './transfers/transfer.ts';
import { callSnapshot, changedFields, extensionsOf, legSnapshot, machineSnapshot, watchedFields } from './snapshot.ts';

type Data = Readonly<Record<string, unknown>>;

/** Times of what can repeat that are remembered: the latest. */
const mostRepeats = 50;

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
  }

  /** All data of the ended call is final. */
  closed(call: CallRecord, outcome: Pick<Call, 'outcome' | 'hungUpBy'>, data: Data): void {
    const snapshot = { ...callSnapshot(call, call.lastAt), ...outcome };
    this.#tellCall('call.closed', call, snapshot, call.lastAt, [], data);
  }

  recording(call: CallRecord, outcome: Pick<Call, 'outcome' | 'hungUpBy'>, recorded: Recorded, data: Data): void {
    const snapshot = { ...callSnapshot(call, call.lastAt), ...outcome };
    // By its file where that is known: since when it ran may not be known.
    const named = recorded.file ?? `${recorded.recordingId ?? ''}/${recorded.startedAt}`;
    const id = idFromFacts(call.base, this.#rules.connector, recorded.channelId, 'recording.ready', named);
    const extension = call.legs.get(recorded.channelId)?.extension ?? null;
    this.#push('recording.ready', id, call, snapshot, null, extension, call.lastAt, data);
  }

  /** Tells what changed in the call since it was last told, if anything did. */
  changes(call: CallRecord, { at, saidAt }: Moment): void {
    const changed = changedFields(call, call.told);
    if (changed.length === 0) return;
    const time = moveOn(call, at);
    const facts = [saidAt, repeatOf(call.repeat, saidAt), JSON.stringify(changed)];
    const data = { changed: changed.map(([path]) => path) };
    this.#tellCall('call.updated', call, callSnapshot(call, time), time, facts, data);
  }

  queue(
    type: EventType,
    call: CallRecord,
    stay: QueueStay,
    leg: LegRecord | null,
    at: number,
    data: Data,
    offer?: Offer,
  ): void {
    const time = moveOn(call, at);
    // The agent's own device where it is known: of a pipe that led to it nothing is known any more after a restart.
    const about = offer ? (offer.legId ?? offer.memberId) : (stay.queue ?? '');
    const facts = [stay.channelId, type, stay.joinedAt, about] as const;
    const id = idFromFacts(call.base, this.#rules.connector, ...facts);
    const machine = call.machines.find(
      ({ channelId, startedAt }) => channelId === stay.channelId && startedAt === stay.joinedAt,
    );
    const own = leg ? legSnapshot(leg) : machine ? machineSnapshot(machine, this.#rules.connector) : null;
    if (own?.extension) call.extensions.add(own.extension);
    this.#push(type, id, call, callSnapshot(call, time), own, own?.extension ?? null, time, data);
  }

  parking(type: EventType, call: CallRecord, parked: Parked, at: number, extension: string | null, data: Data): void {
    const time = moveOn(call, at);
    call.told = watchedFields(call);
    const id = idFromFacts(call.base, this.#rules.connector, parked.channelId, type, parked.at);
    this.#push(type, id, call, callSnapshot(call, time), null, extension, time, data);
  }

  visit(type: EventType, call: CallRecord, visit: Visit, at: number, data: Data): void {
    const time = moveOn(call, at);
    const id = idFromFacts(call.base, this.#rules.connector, visit.channelId, type, visit.joinedAt);
    const leg = call.legs.get(visit.channelId);
    const extension = leg?.extension ?? null;
    const all = { conference: visit.room.name, conferenceId: visit.room.id, ...data };
    this.#push(type, id, call, callSnapshot(call, time), leg ? legSnapshot(leg) : null, extension, time, all);
  }

  /** Of a room as a whole; no call has it. */
  room(type: EventType, room: Room, at: number, data: Data): void {
    const id = idFromFacts(room.startedAt, this.#rules.connector, room.id, type, room.startedAt);
    const extension = room.name === null || !this.#rules.isExtension(room.name) ? null : room.name;
    const { connector, reseller, domain } = this.#rules;
    this.#events.push({
      id,
      type,
      time: new Date(at).toISOString(),
      reseller,
      domain,
      user: null,
      extension,
      connector,
      extensions: extension === null ? [] : [extension],
      call: null,
      leg: null,
      data: { conference: room.name, conferenceId: room.id, ...data },
    });
  }

  machine(call: CallRecord, machine: MachineLeg, at: number): void {
    const time = moveOn(call, at);
    if (machine.extension !== null) call.extensions.add(machine.extension);
    const id = idFromFacts(call.base, this.#rules.connector, machine.id, 'leg.ended');
    const leg = machineSnapshot(machine, this.#rules.connector);
    const data = machine.estimated ? { estimated: true } : {};
    this.#push('leg.ended', id, call, callSnapshot(call, time), leg, machine.extension, time, data);
  }

  machineClosed(call: CallRecord, machine: MachineLeg, outcome: Pick<Call, 'outcome' | 'hungUpBy'>, data: Data): void {
    const id = idFromFacts(call.base, this.#rules.connector, machine.id, 'leg.closed');
    const leg = machineSnapshot(machine, this.#rules.connector);
    const snapshot = { ...callSnapshot(call, call.lastAt), ...outcome };
    this.#push('leg.closed', id, call, snapshot, leg, machine.extension, call.lastAt, data);
  }

  transfer(type: EventType, call: CallRecord, transfer: TransferRecord, at: number, data: Data): void {
    const time = moveOn(call, at);
    call.told = watchedFields(call);
    const { kind, by, target, targetQueue, consultationCallId } = transfer;
    const { connector } = this.#rules;
    const byWhom = transfer.transfererIds[0] ?? '';
    // Not of the call's facts: it may become part of another call while the transfer is under way.
    const transferId = transfer.toldId ?? idFromFacts(transfer.at, connector, byWhom, 'transfer', transfer.at);
    const id = idFromFacts(call.base, connector, transferId, type);
    const common = { transferId, kind, by, target, targetQueue, consultationCallId };
    this.#push(type, id, call, callSnapshot(call, time), null, by, time, { ...common, ...data });
  }

  leg(type: EventType, call: CallRecord, leg: LegRecord, at: number, data: Data): void {
    this.#tellLeg(type, call, leg, at, data, []);
  }

  /** An extension sent the call on, and so dials out itself: its event, though the leg is somebody else's. */
  sentOut(call: CallRecord, leg: LegRecord, extension: string, at: number, data: Data): void {
    const time = moveOn(call, at);
    leg.fixed = true;
    const id = idFromFacts(call.base, this.#rules.connector, leg.channelId, 'leg.dial_out', extension);
    this.#push('leg.dial_out', id, call, callSnapshot(call, time), legSnapshot(leg), extension, time, data);
  }

  hold(type: 'leg.held' | 'leg.resumed', call: CallRecord, leg: LegRecord, moment: Moment): void {
    const { at, saidAt, found } = moment;
    const data = found ? { estimated: true } : {};
    this.#tellLeg(type, call, leg, at, data, [saidAt, repeatOf(leg.repeat, saidAt)]);
  }

  #tellLeg(type: EventType, call: CallRecord, leg: LegRecord, at: number, data: Data, facts: readonly number[]): void {
    const time = moveOn(call, at);
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

/** How many of the same kind were said at that time or later, so that no two have both the same. */
function repeatOf(times: Repeats, at: number): number {
  const count = times.filter((time) => time >= at).length;
  times.push(at);
  if (times.length > mostRepeats) times.splice(times.indexOf(Math.min(...times)), 1);
  return count;
}
