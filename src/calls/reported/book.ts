/**
 * The calls of one phone system, as another one reports them leg by leg. Pure: reports in, events out.
 *
 * A call is **open** from the first report of it. It **ends** when a queue or a menu hung up, which says that the whole call is
 * over; or when nobody of it has been on the line for a while, since a call that is sent on, parked or kept waiting by a
 * menu has moments in which no extension takes part. What is reported of an ended call corrects it and opens nothing.
 * It is **forgotten** some time after that; whoever keeps the journal is asked before an old call is begun anew.
 *
 * A leg is **begun** by its dial event, **answered**, and **ended** by its hang-up; each is told once, in that order. What was
 * not reported, or came too late, is inferred from what follows and marked `estimated`.
 */
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import type { LegReport, Report, ReportedParty } from '../../model/report.ts';
import { tellOther } from './others.ts';
import { isMachine, liveLegs, msOf, newCall, outcomeOf, type ReportedCall, timeOf } from './reported-call.ts';
import { ReportTeller, type TellerRules } from './teller.ts';

export interface BookRules extends TellerRules {
  readonly numbers: () => NumberReader;
}

/** A call as it is known from elsewhere: from before a restart, or out of the journal. */
export interface KnownCall {
  readonly call: Call;
  readonly legs: readonly Leg[];
  readonly extensions: readonly string[];
}

/** Nobody is on the line any more: so long it is waited for who is called next, milliseconds. */
const lingerMs = { answered: 5_000, givenUp: 2_000, inVain: 30_000 };
/** A leg of which nothing is reported for so long has ended, and nobody said so. */
const longestRingMs = 10 * 60_000;
const longestTalkMs = 12 * 3_600_000;
const rememberedMs = 10 * 60_000;
const mostCalls = 50_000;

export class ReportBook {
  readonly #rules: BookRules;
  readonly #teller: ReportTeller;
  /** Ordered by when each was last heard of. */
  readonly #calls = new Map<string, ReportedCall>();
  /** By leg: a call's legs may go on in another call. */
  readonly #callOfLeg = new Map<string, string>();

  constructor(rules: BookRules) {
    this.#rules = rules;
    this.#teller = new ReportTeller(rules);
  }

  has(callId: string): boolean {
    return this.#calls.has(callId);
  }

  hasLeg(legId: string): boolean {
    return this.#callOfLeg.has(legId);
  }

  /** Someone is on the line in this call, as far as is known. */
  isOnLine(callId: string): boolean {
    const one = this.#calls.get(callId);
    return one !== undefined && liveLegs(one).length > 0;
  }

  get size(): number {
    return this.#calls.size;
  }

  take(known: KnownCall, now: number): void {
    const { call, legs, extensions } = known;
    const endedAt = call.endedAt === null ? null : now;
    const times = [call.startedAt, ...legs.flatMap((leg) => [leg.startedAt, leg.answeredAt, leg.endedAt])];
    const lastAt = Math.max(...times.flatMap((time) => (time === null ? [] : [msOf(time)])));
    const one = { call, legs: new Map(legs.map((leg) => [leg.id, leg])), extensions: new Set(extensions), lastAt };
    this.#calls.set(call.id, { ...one, heardAt: now, endedAt });
    for (const { id } of legs) this.#callOfLeg.set(id, call.id);
  }

  /** @param now our clock, milliseconds */
  apply(report: Report, now: number): readonly NewEvent[] {
    if (report.kind === 'leg') this.#leg(report, now);
    else tellOther(this.#teller, report, now);
    return this.#teller.take();
  }

  /** Ends and forgets what is due. */
  tick(now: number): readonly NewEvent[] {
    for (const one of [...this.#calls.values()]) {
      if (one.endedAt !== null && now >= one.endedAt + rememberedMs) this.#forget(one);
      else if (one.endedAt === null && now >= dueAt(one)) this.#end(one, now);
    }
    return this.#teller.take();
  }

  /** When `tick` has something to do, our clock; null: never, as things are. */
  nextDeadline(): number | null {
    let next: number | null = null;
    for (const one of this.#calls.values()) {
      const at = one.endedAt === null ? dueAt(one) : one.endedAt + rememberedMs;
      if (next === null || at < next) next = at;
    }
    return next;
  }

  #leg(report: LegReport, now: number): void {
    const at = report.atUs === null ? now : Math.floor(report.atUs / 1_000);
    const one = this.#callOf(report, at, now);
    one.heardAt = now;
    one.lastAt = Math.max(one.lastAt, at);
    if (report.machine !== null) return this.#machine(one, report, at, now);
    const known = one.legs.get(report.legId) ?? this.#takeOver(one, report.legId, now);
    this.#callOfLeg.set(report.legId, one.call.id);
    if (known?.endedAt) return;
    const begun = known ?? this.#begin(one, report, at);
    if (report.stage === 'answer') this.#answer(one, begun, report, at, report.atUs === null);
    if (report.stage === 'hangup') this.#hangUp(one, begun, report, at);
  }

  #callOf(report: LegReport, at: number, now: number): ReportedCall {
    const known = this.#calls.get(report.callId);
    if (known) return known;
    if (this.#calls.size >= mostCalls) this.#makeRoom(now);
    const { flow, did, callBackId } = report;
    const begunAt = at - (report.talkUs ?? 0) / 1_000;
    const from = this.#party(report.caller);
    const to = this.#party(report.called);
    const one = newCall({ callId: report.callId, at: begunAt, flow, from, to, did, callBackId }, now);
    this.#calls.set(report.callId, one);
    this.#teller.call('call.started', one, begunAt, report.stage === 'dial' ? {} : { estimated: true });
    return one;
  }

  /** Those that ended longest ago; if none has, the one that was not heard of for longest. */
  #makeRoom(now: number): void {
    const ended = [...this.#calls.values()].find(({ endedAt }) => endedAt !== null);
    const [oldest] = this.#calls.values();
    const one = ended ?? oldest;
    if (one === undefined) return;
    if (one.endedAt === null) this.#end(one, now);
    this.#forget(one);
  }

  #forget(one: ReportedCall): void {
    this.#calls.delete(one.call.id);
    for (const id of one.legs.keys()) if (this.#callOfLeg.get(id) === one.call.id) this.#callOfLeg.delete(id);
  }

  /** The leg goes on in the call it is reported in now, as one of a consultation does; without legs its former call is over. */
  #takeOver(one: ReportedCall, legId: string, now: number): Leg | undefined {
    const former = this.#calls.get(this.#callOfLeg.get(legId) ?? '');
    const leg = former?.legs.get(legId);
    if (former === undefined || leg === undefined || former === one) return undefined;
    // What was said of it earlier, in its former call, may come later than its end.
    if (leg.endedAt !== null) return leg;
    former.legs.delete(legId);
    one.legs.set(legId, leg);
    if (one.call.answeredAt === null && leg.answeredAt !== null) {
      one.call = { ...one.call, answeredAt: former.call.answeredAt, answeredBy: former.call.answeredBy };
    }
    if (former.endedAt === null && liveLegs(former).length === 0) this.#end(former, now, one.call.id);
    return leg;
  }

  #begin(one: ReportedCall, report: LegReport, at: number): Leg {
    const isLate = report.stage !== 'dial';
    const startedAt = at - (report.talkUs ?? 0) / 1_000;
    const leg: Leg = {
      id: report.legId,
      extension: report.extension,
      role: report.flow === 'out' ? 'caller' : 'callee',
      state: report.flow === 'out' ? 'dialing' : 'ringing',
      outcome: null,
      number: report.extension,
      name: null,
      startedAt: timeOf(startedAt),
      ringingAt: report.flow === 'out' ? null : timeOf(startedAt),
      answeredAt: null,
      endedAt: null,
      cause: null,
    };
    one.legs.set(leg.id, leg);
    const { did } = one.call;
    if (did === null && report.did !== null) one.call = { ...one.call, did: report.did };
    const type = report.flow === 'out' ? 'leg.dial_out' : 'leg.dial_in';
    this.#teller.leg(type, one, leg, startedAt, {
      ...this.#facts(report),
      ...(report.remoteNumber !== null && { remoteNumber: this.#number(report.remoteNumber) }),
      ...(isLate && { estimated: true }),
    });
    return leg;
  }

  #answer(one: ReportedCall, leg: Leg, report: LegReport, at: number, estimated: boolean): Leg {
    if (leg.answeredAt !== null) return leg;
    const answered: Leg = { ...leg, state: 'answered', answeredAt: timeOf(at) };
    one.legs.set(leg.id, answered);
    const isFirst = one.call.answeredAt === null;
    if (isFirst) {
      const extension = report.flow === 'in' ? report.extension : null;
      one.call = { ...one.call, answeredAt: timeOf(at), answeredBy: { kind: 'person', extension } };
    }
    const data = { ...this.#facts(report), ...(estimated && { estimated: true }) };
    this.#teller.leg('leg.answered', one, answered, at, data);
    if (isFirst) this.#teller.call('call.answered', one, at, estimated ? { estimated: true } : {});
    return answered;
  }

  #hangUp(one: ReportedCall, begun: Leg, report: LegReport, at: number): void {
    const isAnswered = report.status === 'answered';
    const inferredAt = report.talkUs === null ? msOf(begun.startedAt) : at - report.talkUs / 1_000;
    const leg = isAnswered ? this.#answer(one, begun, report, Math.min(at, inferredAt), true) : begun;
    const ended: Leg = { ...leg, state: 'ended', outcome: report.status ?? 'no_answer', endedAt: timeOf(at) };
    one.legs.set(leg.id, ended);
    this.#teller.leg('leg.ended', one, ended, at, {
      ...this.#facts(report),
      ...(report.recordingId !== null && { recordingId: report.recordingId }),
      ...(report.talkUs !== null && { talkUs: report.talkUs }),
      ...(report.atUs === null && { estimated: true }),
    });
  }

  /** A queue or a menu hangs up last: whatever the call was, it is over. */
  #machine(one: ReportedCall, report: LegReport, at: number, now: number): void {
    if (one.legs.has(report.legId)) return;
    const { machine, extension, status, bridged } = report;
    const startedAt = timeOf(at - (report.talkUs ?? 0) / 1_000);
    const leg: Leg = {
      id: report.legId,
      extension,
      role: machine === 'queue' ? 'queue' : 'ivr',
      state: 'ended',
      outcome: machine === 'ivr' ? 'machine' : (status ?? 'no_answer'),
      number: extension,
      name: null,
      startedAt,
      ringingAt: null,
      answeredAt: null,
      endedAt: timeOf(at),
      cause: null,
    };
    one.legs.set(leg.id, leg);
    if (machine === 'queue') one.call = { ...one.call, queue: one.call.queue ?? extension };
    const estimated = report.atUs === null ? { estimated: true } : {};
    const facts = { ...this.#facts(report), ...estimated };
    this.#teller.leg('leg.ended', one, leg, at, facts);
    if (one.endedAt === null && liveLegs(one).length === 0) this.#end(one, now);
    this.#teller.leg('leg.closed', one, leg, at, { bridged, ...estimated });
  }

  /** @param mergedInto the call it goes on in */
  #end(one: ReportedCall, now: number, mergedInto: string | null = null): void {
    for (const leg of liveLegs(one)) {
      const lost: Leg = { ...leg, state: 'ended', outcome: 'lost', endedAt: timeOf(one.lastAt) };
      one.legs.set(leg.id, lost);
      this.#teller.leg('leg.ended', one, lost, one.lastAt, { estimated: true });
    }
    const ends = [...one.legs.values()].flatMap(({ endedAt }) => (endedAt === null ? [] : [msOf(endedAt)]));
    const at = Math.max(msOf(one.call.startedAt), mergedInto === null ? 0 : one.lastAt, ...ends);
    const outcome = mergedInto !== null && one.call.answeredAt !== null ? 'answered' : outcomeOf(one);
    const hungUpBy = outcome === 'cancelled' || outcome === 'abandoned' ? 'caller' : null;
    one.endedAt = now;
    const relatedCallIds = mergedInto === null ? one.call.relatedCallIds : [mergedInto];
    one.call = { ...one.call, outcome, hungUpBy, endedAt: timeOf(at), relatedCallIds };
    const data = mergedInto === null ? {} : { mergedInto };
    this.#teller.call('call.ended', one, at, data);
    this.#teller.call('call.closed', one, at, data);
  }

  /** What the journal keeps of a leg besides the leg. */
  #facts(report: LegReport): NewEvent['data'] {
    const { flow, caller, called, transferred, callBackId } = report;
    return {
      ...(transferred && { transferred: true }),
      remoteParty: this.#party(flow === 'in' ? caller : called),
      ...(callBackId !== null && { callBackId }),
    };
  }

  #party({ number, name, internal }: ReportedParty) {
    if (internal) return { number, raw: number, name, kind: 'internal' as const };
    return this.#rules.numbers().party(number, name);
  }

  #number(text: string): string {
    return this.#rules.numbers().read(text).number ?? text;
  }
}

/** When a call that is open ends if nothing more is reported of it, our clock. */
function dueAt(one: ReportedCall): number {
  const live = liveLegs(one);
  if (live.length > 0) {
    const longest = live.some(({ answeredAt }) => answeredAt !== null) ? longestTalkMs : longestRingMs;
    return one.heardAt + longest;
  }
  const phones = [...one.legs.values()].filter((leg) => !isMachine(leg));
  if (one.call.answeredAt !== null) return one.heardAt + lingerMs.answered;
  const isOver = phones.some(({ role, outcome }) => role === 'caller' || outcome === 'cancelled');
  return one.heardAt + (isOver ? lingerMs.givenUp : lingerMs.inVain);
}
