/**
 * The calls of one phone system, as another one reports them leg by leg. Pure: reports in, events out.
 *
 * A call is **open** from the first report of it. It **ends** when a queue or a menu hung up, which says that the whole call is
 * over; or when nobody of it has been on the line for a while, since a call that is sent on, parked or kept waiting by a
 * menu has moments in which no extension takes part. What is reported of an ended call corrects it and opens nothing.
 * It is **forgotten** some time after that; whoever keeps the journal is asked before an old call is begun anew.
 */
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import type { LegReport, Report } from '../../model/report.ts';
import { dueAt, endCall, loseLegs } from './closing.ts';
import { ofItsRing } from './further-ring.ts';
import { estimated, ReportedLegs } from './legs.ts';
import { tellOther } from './others.ts';
import { liveLegs, msOf, newCall, type ReportedCall } from './reported-call.ts';
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

const rememberedMs = 10 * 60_000;
const mostCalls = 50_000;

export class ReportBook {
  readonly #teller: ReportTeller;
  readonly #legs: ReportedLegs;
  /** Ordered by when each began. */
  readonly #calls = new Map<string, ReportedCall>();
  /** Those of them that have ended, ordered by when. */
  readonly #ended = new Map<string, ReportedCall>();
  /** By leg: a call's legs may go on in another call. */
  readonly #callOfLeg = new Map<string, string>();

  constructor(rules: BookRules) {
    this.#teller = new ReportTeller(rules);
    this.#legs = new ReportedLegs(this.#teller, rules.numbers);
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
    const own = { call, legs: new Map(legs.map((leg) => [leg.id, leg])), extensions: new Set(extensions), lastAt };
    const one = { ...own, heardAt: now, endedAt, dueAt: now };
    this.#calls.set(call.id, one);
    if (endedAt !== null) this.#ended.set(call.id, one);
    this.#look(one);
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
    for (const one of this.#calls.values()) {
      if (now < one.dueAt) continue;
      if (one.endedAt === null) this.#end(one, now);
      else if (liveLegs(one).length > 0) this.#lose(one);
      else this.#forget(one);
    }
    return this.#teller.take();
  }

  /** When `tick` has something to do, our clock; null: never, as things are. */
  nextDeadline(): number | null {
    let next: number | null = null;
    for (const { dueAt } of this.#calls.values()) next = Math.min(next ?? Infinity, dueAt);
    return next;
  }

  #end(one: ReportedCall, now: number, mergedInto: string | null = null): void {
    endCall(this.#teller, one, now, mergedInto);
    this.#ended.set(one.call.id, one);
    this.#look(one);
  }

  #lose(one: ReportedCall): void {
    loseLegs(this.#teller, one);
    this.#look(one);
  }

  /** Sees when something is due in it, after it changed. Legs that were reported after its end still have to end. */
  #look(one: ReportedCall): void {
    const isOver = one.endedAt !== null && liveLegs(one).length === 0;
    one.dueAt = isOver ? Math.max(one.endedAt as number, one.heardAt) + rememberedMs : dueAt(one);
  }

  #leg(report: LegReport, now: number): void {
    const at = report.atUs === null ? now : Math.floor(report.atUs / 1_000);
    const one = this.#callOf(report, at, now);
    one.heardAt = now;
    one.lastAt = Math.max(one.lastAt, at);
    if (report.machine === null) this.#phone(one, ofItsRing(one, report), at, now);
    else this.#machine(one, report, at, now);
    this.#look(one);
  }

  #phone(one: ReportedCall, report: LegReport, at: number, now: number): void {
    const known = one.legs.get(report.legId) ?? this.#takeOver(one, report.legId, now);
    if (known?.endedAt) return;
    this.#callOfLeg.set(report.legId, one.call.id);
    const begun = known ?? this.#legs.begin(one, report, at);
    if (report.stage === 'answer') this.#legs.answer(one, begun, report, at, report.atUs === null);
    if (report.stage === 'hangup') this.#legs.hangUp(one, begun, report, at);
  }

  #callOf(report: LegReport, at: number, now: number): ReportedCall {
    const known = this.#calls.get(report.callId);
    if (known) return known;
    if (this.#calls.size >= mostCalls) this.#makeRoom(now);
    const { flow, did, callBackId } = report;
    const begunAt = at - (report.talkUs ?? 0) / 1_000;
    const from = this.#legs.party(report.caller);
    const to = this.#legs.party(report.called);
    const one = newCall({ callId: report.callId, at: begunAt, flow, from, to, did, callBackId }, now);
    this.#calls.set(report.callId, one);
    this.#teller.call('call.started', one, begunAt, report.stage === 'dial' ? {} : { estimated: true });
    return one;
  }

  /** The one that ended longest ago; if none has, the one that began longest ago. */
  #makeRoom(now: number): void {
    const [ended] = this.#ended.values();
    const [oldest] = this.#calls.values();
    const one = ended ?? oldest;
    if (one === undefined) return;
    if (one.endedAt === null) this.#end(one, now);
    this.#lose(one);
    this.#forget(one);
  }

  #forget(one: ReportedCall): void {
    this.#calls.delete(one.call.id);
    this.#ended.delete(one.call.id);
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
    else this.#look(former);
    return leg;
  }

  /** A queue or a menu hangs up last: whatever the call was, it is over. */
  #machine(one: ReportedCall, report: LegReport, at: number, now: number): void {
    if (one.legs.has(report.legId)) return;
    const leg = this.#legs.machine(one, report, at);
    if (one.endedAt === null && liveLegs(one).length === 0) this.#end(one, now);
    this.#teller.leg('leg.closed', one, leg, at, { bridged: report.bridged, ...estimated(report) });
  }
}
