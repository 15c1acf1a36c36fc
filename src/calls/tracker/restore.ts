/**
 * Rebuilds the record of a call that was in progress when Offhook stopped, from its last snapshots. What the snapshots
 * show was told and is not told again; the next resync says which of its channels are still there.
 */
import type { OpenCall } from '../open-call.ts';
import type { Leg } from '../../model/call.ts';
import type { Group } from '../graph/channel.ts';
import {
  channelIdOf,
  newCallRecord,
  unnamedTrunk,
  type CallRecord,
  type LegRecord,
  type Repeats,
  type Service,
} from './record.ts';
import { type MachineLeg, newMachine } from './machines/machine.ts';
import type { World } from './moment.ts';
import { attemptOf } from './outcome.ts';
import { newStay, type QueueStay } from './queues/stay.ts';
import { restoreBegun } from './restore-begun.ts';
import { timeOf, watchedFields } from './snapshot.ts';
import { restoreTransfers } from './transfers/restore-transfers.ts';

const machines: readonly Service[] = ['voicemail', 'ivr', 'queue', 'conference'];

/** Null when the snapshot is of an ended call, or no leg of it is this connector's. */
export function restoreCall(open: OpenCall, world: World, group: Group, order: number): CallRecord | null {
  const { call } = open;
  const { connector } = world.rules;
  const startedAt = Date.parse(call.startedAt);
  if (call.state === 'ended' || !Number.isFinite(startedAt)) return null;
  const devices = open.legs.filter((leg) => !isMachine(leg));
  const legs = devices.flatMap((leg, index) => restoreLeg(leg, connector, index) ?? []);
  const initiator = legs.filter((leg) => leg.role === 'caller').sort((one, two) => one.startedAt - two.startedAt)[0];
  const seenAt = latest(open, legs, startedAt);
  for (const leg of legs) leg.repeat.push(...toldUntil(seenAt));
  const record: CallRecord = {
    ...newCallRecord(group, order, seenAt),
    ...pickKnown(open),
    base: baseOf(call.id) ?? startedAt,
    startedAt,
    started: true,
    restored: true,
    directionSeen: call.trunk !== null || legs.some((leg) => leg.role === 'callee'),
    initiatorId: initiator?.channelId ?? null,
    originated: isOrdered(call) || call.origin.source === 'click_to_call',
    ordered: isOrdered(call),
    answeredAt: timeOf(call.answeredAt),
    metPerson: call.answeredBy?.kind === 'person',
    metPhone: metPhone(open),
    legs: new Map(legs.map((leg) => [leg.channelId, leg])),
    extensions: new Set(open.extensions),
    repeat: toldUntil(seenAt),
  };
  restoreTransfers(record, call.transfers);
  record.machines = open.legs.filter(isMachine).flatMap((leg) => restoreMachine(leg, connector) ?? []);
  restoreBegun(record, open.begun ?? [], world.rooms, connector);
  restoreService(record, initiator);
  record.stays = [...staysLeft(record.machines), ...record.stays];
  restoreTalk(record, seenAt);
  restoreEnds(record, initiator);
  record.told = watchedFields(record);
  return record;
}

/** Whether software that we passed on had it begun: only then something was said of it. */
function isOrdered({ origin }: OpenCall['call']): boolean {
  const said = origin.onBehalfOf ?? origin.requestId ?? origin.buttonId;
  return origin.source === 'api' || (origin.source === 'click_to_call' && said !== null);
}

function pickKnown({ call }: OpenCall): Partial<CallRecord> {
  const { id, state, direction, from, to, did, trunk, queue, origin, answeredBy, talkMs } = call;
  const { relatedCallIds, recordings } = call;
  const parties = { from, to, did, trunk, queue, origin, answeredBy };
  return { id, state, direction, ...parties, talkMs, relatedCallIds, recordings };
}

function restoreLeg(leg: Leg, connector: string, order: number): LegRecord | null {
  const channelId = channelIdOf(connector, leg.id);
  const startedAt = Date.parse(leg.startedAt);
  if (channelId === null || !Number.isFinite(startedAt)) return null;
  return {
    channelId,
    id: leg.id,
    order,
    partial: false,
    startedAt,
    extension: leg.extension,
    trunk: leg.extension === null ? unnamedTrunk : null,
    role: leg.role === 'caller' ? 'caller' : 'callee',
    fixed: true,
    number: leg.number,
    name: leg.name,
    dialing: leg.state !== 'created',
    ringingAt: timeOf(leg.ringingAt),
    answeredAt: timeOf(leg.answeredAt),
    endedAt: timeOf(leg.endedAt),
    outcome: leg.outcome,
    cause: leg.cause,
    holding: leg.state === 'held',
    transferred: false,
    sentBy: null,
    pickedUpBy: null,
    forwardedFrom: null,
    bornIn: null,
    toldDial: leg.role === 'callee' || leg.state !== 'created',
    toldHeld: leg.state === 'held',
    repeat: [],
  };
}

const isMachine = (leg: Leg): boolean => leg.role === 'queue' || leg.role === 'ivr';

function restoreMachine(leg: Leg, connector: string): MachineLeg | null {
  const id = channelIdOf(connector, leg.id);
  const startedAt = timeOf(leg.startedAt);
  const channelId = id === null ? null : (/^(.+)\/(?:queue|ivr)\/[\d.]+$/.exec(id)?.[1] ?? null);
  if (id === null || channelId === null || startedAt === null) return null;
  const { extension, name, outcome } = leg;
  const role = leg.role === 'queue' ? 'queue' : 'ivr';
  const endedAt = timeOf(leg.endedAt);
  const known = { id, extension, name, outcome, endedAt, toldEnd: endedAt !== null };
  return { ...newMachine(role, channelId, startedAt), ...known };
}

/** The queues it has left: an agent who was called there, and a caller who had been let go, still count as such. */
function staysLeft(legs: readonly MachineLeg[]): readonly QueueStay[] {
  return legs.flatMap(({ role, channelId, name, startedAt, endedAt, outcome }) => {
    if (role !== 'queue' || endedAt === null) return [];
    const told = { toldJoined: true, toldTaken: true, toldLeft: true, leftAt: endedAt };
    return [
      {
        ...newStay(channelId, name, startedAt, null, null),
        ...told,
        gaveUp: outcome === 'abandoned',
        found: outcome === 'lost',
      },
    ];
  });
}

/** Who answered may be a mailbox by now; the legs remember who did before. */
const metPhone = ({ call, legs }: OpenCall): boolean =>
  (call.answeredBy?.kind === 'person' && call.answeredBy.extension !== null) ||
  legs.some(({ role, extension, answeredAt }) => role === 'callee' && extension !== null && answeredAt !== null);

function restoreService(record: CallRecord, initiator: LegRecord | undefined): void {
  const answeredBy = machines.find((kind) => kind === record.answeredBy?.kind);
  const [stay] = record.stays;
  const kind = stay ? 'queue' : answeredBy;
  if (kind === undefined) return;
  record.servicesReached.add(kind);
  // Of a queue or a menu that the call is in no more nothing is left but that it was there.
  if (kind === 'queue' && !stay) return;
  const menus = record.machines.filter(({ role }) => role === 'ivr');
  if (kind === 'ivr' && menus.length > 0 && menus.every(({ endedAt }) => endedAt !== null)) return;
  const channelId = stay?.channelId ?? initiator?.channelId;
  if (channelId === undefined) return;
  const name = kind === 'queue' ? record.queue : null;
  record.service = { kind, channelId, name };
}

function restoreTalk(record: CallRecord, seenAt: number): void {
  const talks = record.state === 'answered' || record.state === 'held';
  if (!talks || record.answeredAt === null) return;
  record.talkingSince = seenAt;
  const connected = [...record.legs.values()].filter((leg) => leg.answeredAt !== null && leg.endedAt === null);
  if (connected.length > 1) record.connected = new Set(connected.map((leg) => leg.channelId));
}

function restoreEnds(record: CallRecord, initiator: LegRecord | undefined): void {
  for (const leg of record.legs.values()) {
    if (leg.outcome === null || leg.answeredAt !== null || leg === initiator) continue;
    record.results.add(attemptOf(record, leg, leg.outcome));
  }
  if (!initiator || initiator.endedAt === null) return;
  record.callerEnd = {
    cause: initiator.cause,
    sipStatus: null,
    lineUp: initiator.answeredAt !== null,
    queueStatus: null,
  };
}

function latest(open: OpenCall, legs: readonly LegRecord[], startedAt: number): number {
  const seenAt = timeOf(open.seenAt ?? null);
  if (seenAt !== null) return seenAt;
  const times = legs.flatMap((leg) => [leg.startedAt, leg.ringingAt ?? 0, leg.answeredAt ?? 0, leg.endedAt ?? 0]);
  return Math.max(startedAt, timeOf(open.call.answeredAt) ?? 0, ...times);
}

/** More may have been told in that millisecond than is known now; what is told in it again is another thing. */
const toldUntil = (at: number): Repeats => [at, at, at, at];

const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const timeCharacters = 10;

/** The time a call's id begins with: the time part of all ids of its events. Null for an id that we did not make. */
function baseOf(callId: string): number | null {
  let ms = 0;
  for (const character of callId.slice(0, timeCharacters)) {
    const digit = digits.indexOf(character);
    if (digit < 0) return null;
    ms = ms * 32 + digit;
  }
  return callId.length > timeCharacters && ms < 8.64e15 ? ms : null;
}
