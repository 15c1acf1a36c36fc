/**
 * The call tracker: signals of one PBX in, events out. Pure in what it says: the same signals and ticks give the same
 * events; it reads no clock and does no I/O. Time is that of the signals.
 *
 * A signal changes the graph (`../graph`), and every call it touched is settled (`settle.ts`): looked at as a whole, and
 * told as far as something is new. Some things happen by time alone (a call that must be told although it is not clear
 * where it goes, a call whose devices are gone, a call silent for hours): `nextDeadline` says when to `tick`.
 */
import type { NewEvent } from '../../model/event.ts';
import { longestId } from '../../model/fields.ts';
import { isLive, type Channel, type Group } from '../graph/channel.ts';
import { CallGraph } from '../graph/graph.ts';
import type { OpenCall } from '../open-call.ts';
import type { Signal } from '../signal.ts';
import { mergeCalls } from './merge.ts';
import { lineUp } from './outcome.ts';
import { devicesIn, type DeviceInCall } from './orders/devices.ts';
import { legIdOf, newCallRecord, type CallRecord } from './record.ts';
import { restoreCall } from './restore.ts';
import { compileRules, type CompiledRules, type TrackerRules } from './rules.ts';
import type { Moment, World } from './moment.ts';
import { findServices } from './find-services.ts';
import { leaveUntold } from './rooms/settle-rooms.ts';
import { settle } from './settle.ts';
import { handleSignal, kindOf, type ResyncSignal } from './handle.ts';
import { callSnapshot, extensionsOf, legSnapshot, usableTime } from './snapshot.ts';
import { Teller } from './teller.ts';
import { findTransfers } from './transfers/find-transfers.ts';

export interface Tracker {
  /** What the signal makes known, in order. Never throws, whatever the signal. */
  apply(signal: Signal): NewEvent[];
  /** What has fallen due until `at`, in the signals' time. */
  tick(at: number): NewEvent[];
  /**
   * Takes up calls that were in progress before a restart. They wait for the next resync, which says what became of
   * them. To be called before the first signal.
   */
  restore(calls: readonly OpenCall[]): void;
  /** Whether a channel that the last picture lacked has not ended since: another picture would say what became of it. */
  hasMissing(): boolean;
  /** What of a call in progress can be commanded; null where it is none. */
  devicesOf(callId: string): readonly DeviceInCall[] | null;
  /** Started calls that have not ended, oldest first. */
  liveCalls(): readonly OpenCall[];
  /**
   * The call that a channel is part of, as it stands; null where there is none, or it was not told yet. `extension`: one that
   * takes part in it from now on, since what happened there is its own (a message left in its mailbox).
   */
  callWith(channelId: string, extension: string | null): OpenCall | null;
  /**
   * When to tick next, in the signals' time; null: nothing waits. A caller without the PBX's clock waits
   * `nextDeadline() - now()` milliseconds from the last signal, then ticks with this value.
   */
  nextDeadline(): number | null;
  /** Time of the last signal or tick; null before the first. */
  now(): number | null;
}

/** @throws SyntaxError when `rules.extensions` is no regular expression. */
export function createTracker(rules: TrackerRules): Tracker {
  return new CallTracker(compileRules(rules));
}

/** How far back a signal's time may lie before it means that the PBX's clock was set; less is reordering. */
const clockSetBackMs = 60_000;
/** How often silent calls are looked for. */
const sweepEveryMs = 60_000;

class CallTracker implements Tracker {
  readonly #rules: CompiledRules;
  readonly #graph: CallGraph;
  readonly #teller: Teller;
  readonly #world: World;
  readonly #calls = new Map<Group, CallRecord>();
  #order = 0;
  /** Latest time of anything: signals, pictures, ticks. */
  #now: number | null = null;
  /** Latest time of what the PBX said by itself: what pictures and ticks bring differs from one observer to another. */
  #said: number | null = null;
  /** Of the signal that is taken in now. */
  #moment: Moment = { at: 0, saidAt: 0, knownAt: null, found: false };
  /** No call's deadline is earlier; it may be later. */
  #earliest = Number.POSITIVE_INFINITY;
  #nextSweep = Number.POSITIVE_INFINITY;
  /** Channels that the last picture lacked and that were not lost for that. */
  #missing: ReadonlySet<string> = new Set();

  constructor(rules: CompiledRules) {
    this.#rules = rules;
    this.#teller = new Teller(rules);
    const holder = {
      created: (group: Group) => void this.#calls.set(group, newCallRecord(group, this.#order++, this.#moment.at)),
      merged: (kept: Group, absorbed: Group) => this.#merged(kept, absorbed),
    };
    this.#graph = new CallGraph(holder, longestId - legIdOf(rules.connector, '').length);
    this.#world = { graph: this.#graph, rooms: new Map(), rules, teller: this.#teller };
  }

  apply(signal: Signal): NewEvent[] {
    const knownAt = this.#now;
    const at = this.#moveClock(usableTime(signal.at) ?? knownAt ?? 0);
    this.#runDue(at);
    const found = signal.kind === 'resync';
    const saidAt = found ? at : this.#saidAt(signal, at);
    this.#moment = { at: saidAt, saidAt, knownAt, found };
    if (signal.kind === 'resync') this.#resync(signal, this.#moment);
    else this.#settleAll(handleSignal(this.#world, this.#callOf, signal, saidAt), this.#moment);
    this.#makeRoom(at);
    return this.#teller.take();
  }

  tick(at: number): NewEvent[] {
    const time = usableTime(at);
    if (time === null || (this.#now !== null && time < this.#now)) return [];
    this.#runDue(time);
    this.#now = time;
    return this.#teller.take();
  }

  restore(calls: readonly OpenCall[]): void {
    for (const open of calls) this.#restoreOne(open);
  }

  hasMissing(): boolean {
    return [...this.#missing].some((id) => this.#graph.get(id)?.end === null);
  }

  liveCalls(): readonly OpenCall[] {
    const live = [...this.#calls.values()].filter((call) => call.started && !call.ended);
    return live.sort((one, two) => one.startedAt - two.startedAt || one.order - two.order).map(openCall);
  }

  callWith(channelId: string, extension: string | null): OpenCall | null {
    const channel = this.#graph.get(channelId);
    const call = channel && this.#calls.get(channel.group);
    if (!call?.started || call.ended) return null;
    if (extension !== null) call.extensions.add(extension);
    return openCall(call);
  }

  devicesOf(callId: string): readonly DeviceInCall[] | null {
    const call = [...this.#calls.values()].find(({ id, started, ended }) => id === callId && started && !ended);
    return call ? devicesIn(this.#graph, call) : null;
  }

  nextDeadline(): number | null {
    if (this.#calls.size === 0) return null;
    const next = Math.min(this.#earliest, this.#nextSweep);
    return Number.isFinite(next) ? next : null;
  }

  now(): number | null {
    return this.#now;
  }

  readonly #callOf = (channel: Channel): CallRecord | undefined => this.#calls.get(channel.group);

  /** The time the signal counts as: never before the last one, unless the PBX's clock was set back. */
  #moveClock(at: number): number {
    const before = this.#now;
    if (before !== null && at < before && before - at <= clockSetBackMs) return before;
    if (before !== null && at < before) {
      this.#shiftTimes(at - before);
      this.#said = null;
    }
    this.#now = at;
    if (!Number.isFinite(this.#nextSweep)) this.#nextSweep = at + sweepEveryMs;
    return at;
  }

  /** The time of a signal by the PBX's own clock, never before the last one. */
  #saidAt(signal: Signal, at: number): number {
    this.#said = Math.max(this.#said ?? 0, usableTime(signal.at) ?? this.#said ?? at);
    return this.#said;
  }

  #shiftTimes(by: number): void {
    for (const call of this.#calls.values()) {
      call.heardAt += by;
      if (call.talkingSince !== null) call.talkingSince += by;
      if (call.deadline !== null) call.deadline += by;
      if (call.endBy !== null) call.endBy += by;
      for (const stay of call.stays) if (stay.leftAt !== null && !stay.toldLeft) stay.leftAt += by;
    }
    this.#earliest += by;
    this.#nextSweep += by;
  }

  #runDue(at: number): void {
    while (this.#earliest <= at) {
      const due = [...this.#calls.values()].filter((call) => call.deadline !== null && call.deadline <= at);
      due.sort((one, two) => (one.deadline ?? 0) - (two.deadline ?? 0) || one.order - two.order);
      for (const call of due) this.#runDeadline(call, call.deadline ?? at);
      this.#earliest = Number.POSITIVE_INFINITY;
      for (const { deadline } of this.#calls.values()) this.#earliest = Math.min(this.#earliest, deadline ?? Infinity);
    }
    if (this.#nextSweep <= at) this.#sweepSilent(at);
  }

  #runDeadline(call: CallRecord, deadline: number): void {
    this.#settleAll([call], { at: deadline, saidAt: deadline, knownAt: this.#now, found: false });
    // What could not act at its deadline gets a new one with its next signal.
    if (call.deadline !== null && call.deadline <= deadline) call.deadline = null;
  }

  #settleAll(calls: Iterable<CallRecord>, moment: Moment): void {
    for (const call of calls) {
      if (!call.ended) settle(this.#world, call, notBefore(call.lastAt, moment));
      if (call.deadline !== null) this.#earliest = Math.min(this.#earliest, call.deadline);
      if (!moment.found) call.heardAt = Math.max(call.heardAt, moment.at);
      if (call.ended || isEmpty(call)) this.#forget(call, moment.at);
    }
  }

  #forget(call: CallRecord, at: number): void {
    if (this.#calls.get(call.group) !== call) return;
    leaveUntold(this.#world, call, at);
    this.#calls.delete(call.group);
    this.#graph.dropGroup(call.group);
  }

  #merged(kept: Group, absorbed: Group): void {
    const one = this.#calls.get(kept);
    const two = this.#calls.get(absorbed);
    this.#calls.delete(absorbed);
    if (!one || !two) return;
    const survivor = mergeCalls(this.#teller, one, two, this.#moment);
    survivor.group = kept;
    this.#calls.set(kept, survivor);
  }

  #resync(signal: ResyncSignal, moment: Moment): void {
    this.#loseUnlisted(signal, moment.at);
    if (signal.restarted) this.#settleAll([...this.#calls.values()], moment);
    // Of a call that software asked for, the first line picks up to call the other.
    const isUnanswered = (call: CallRecord): boolean => call.started && !call.originated && !hasAnswered(call);
    const unanswered = [...this.#calls.values()].filter(isUnanswered);
    this.#takeListed(signal, moment.at);
    for (const call of unanswered) call.upUnseen ||= hasAnswered(call) && !signal.again;
    if (!signal.again && !signal.restarted) findTransfers(this.#world, () => this.#calls.values(), moment);
    this.#settleAll([...this.#calls.values()], moment);
    for (const call of this.#calls.values()) call.restored = false;
  }

  #loseUnlisted(signal: ResyncSignal, at: number): void {
    const listed = new Set(signal.restarted ? [] : signal.channels.map((channel) => channel.id));
    const missing = new Set<string>();
    for (const channel of [...this.#graph.channels()]) {
      if (listed.has(channel.id)) continue;
      if (signal.again && !signal.restarted && !this.#missing.has(channel.id)) missing.add(channel.id);
      else this.#lose(channel, at);
    }
    this.#missing = missing;
  }

  #takeListed(signal: ResyncSignal, at: number): void {
    const channels = [...signal.channels].sort(
      (one, two) => (one.createdAt ?? 0) - (two.createdAt ?? 0) || (one.id < two.id ? -1 : Number(one.id > two.id)),
    );
    // Before they are shown: whom the PBX groups them with is who they met there.
    const inRooms = new Set(signal.bridges.flatMap(({ room, channelIds }) => (room ? channelIds : [])));
    for (const id of inRooms) this.#graph.enterRoom(id, at);
    for (const { id, linkedId } of channels) if (inRooms.has(id)) this.#graph.meetIn(linkedId);
    for (const facts of channels) this.#graph.see(facts, at, false);
    for (const pipe of signal.pipes ?? []) this.#graph.joinPipe(pipe.oneId, pipe.twoId, at);
    const bridgeOf = new Map(signal.bridges.flatMap(({ id, channelIds }) => channelIds.map((member) => [member, id])));
    for (const channel of this.#graph.channels()) {
      if (channel.bridgeId !== null && !this.#missing.has(channel.id) && bridgeOf.get(channel.id) !== channel.bridgeId)
        this.#graph.leave(channel);
    }
    for (const bridge of signal.bridges) {
      for (const member of bridge.channelIds) {
        // What a bridge is for does not change; a picture may not know of one that was just made.
        const kind = this.#graph.bridge(bridge.id)?.kind ?? kindOf(bridge);
        if (this.#graph.get(member)) this.#graph.enter(bridge.id, member, kind, null, at);
      }
    }
    for (const call of this.#calls.values()) call.heardAt = at;
    findServices(this.#world, this.#calls.values(), signal, at);
  }

  #lose(channel: Channel, at: number): void {
    this.#graph.end(channel.id, { at, cause: null, sipStatus: null, estimated: true });
  }

  #loseCall(call: CallRecord, at: number): void {
    for (const channel of call.group.channels.values()) this.#lose(channel, at);
    this.#settleAll([call], { at, saidAt: at, knownAt: call.heardAt, found: true });
  }

  #sweepSilent(at: number): void {
    this.#nextSweep = at + sweepEveryMs;
    const since = at - this.#rules.limits.silentMs;
    for (const call of [...this.#calls.values()]) if (call.heardAt < since && !call.restored) this.#loseCall(call, at);
  }

  /** Past the limit the calls that were silent for longest go, a hundredth at once so that it stays cheap. */
  #makeRoom(at: number): void {
    const { mostCalls } = this.#rules.limits;
    if (this.#calls.size <= mostCalls) return;
    const bySilence = [...this.#calls.values()].sort((one, two) => one.heardAt - two.heardAt || one.order - two.order);
    const excess = this.#calls.size - mostCalls + Math.floor(mostCalls / 100);
    for (const call of bySilence.slice(0, excess)) this.#loseCall(call, at);
  }

  #restoreOne(open: OpenCall): void {
    const seed: Group = { channels: new Map(), links: new Set() };
    const record = restoreCall(open, this.#world, seed, this.#order++);
    if (!record) return;
    const liveIds = [...record.legs.values()].filter((leg) => leg.endedAt === null).map((leg) => leg.channelId);
    const group = this.#graph.restore(liveIds, record.lastAt) ?? seed;
    for (const { channelId } of record.visits) this.#graph.enterRoom(channelId, record.lastAt);
    record.group = group;
    record.estimated = group === seed;
    this.#calls.set(group, record);
  }
}

/** Something has answered it, be it a person or not. */
const hasAnswered = (call: CallRecord): boolean => {
  const channel = call.group.channels.get(call.initiatorId ?? '');
  return call.answeredAt !== null || call.answeredBy !== null || (channel !== undefined && lineUp(channel));
};

/** A call goes on from what it has told, unless the PBX's clock was set back. */
const notBefore = (at: number, moment: Moment): Moment =>
  at <= moment.at || at - moment.at > clockSetBackMs ? moment : { ...moment, at };

const openCall = (call: CallRecord): OpenCall => ({
  call: callSnapshot(call, call.lastAt),
  legs: [...call.legs.values()].map(legSnapshot),
  extensions: extensionsOf(call),
  seenAt: new Date(call.lastAt).toISOString(),
});

/** Nothing is left of it, and nothing was told: no device ever showed. */
const isEmpty = (call: CallRecord): boolean =>
  !call.started && ![...call.group.channels.values()].some((channel) => isLive(channel));
