/**
 * What reports make of a leg: it is **begun** by its dial event, **answered**, and **ended** by its hang-up; each is told once, in
 * that order. What was not reported, or came too late, is inferred from what follows and marked `estimated`.
 */
import type { Call, Leg, Party } from '../../model/call.ts';
import { mostItems } from '../../model/fields.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import type { LegReport, ReportedParty } from '../../model/report.ts';
import { msOf, type ReportedCall, timeOf } from './reported-call.ts';
import type { ReportTeller } from './teller.ts';

export class ReportedLegs {
  readonly #teller: ReportTeller;
  readonly #numbers: () => NumberReader;

  constructor(teller: ReportTeller, numbers: () => NumberReader) {
    this.#teller = teller;
    this.#numbers = numbers;
  }

  begin(one: ReportedCall, report: LegReport, at: number): Leg {
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

  answer(one: ReportedCall, leg: Leg, report: LegReport, at: number, estimated: boolean): Leg {
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

  hangUp(one: ReportedCall, begun: Leg, report: LegReport, at: number): void {
    const isAnswered = report.status === 'answered';
    const inferredAt = report.talkUs === null ? msOf(begun.startedAt) : at - report.talkUs / 1_000;
    const leg = isAnswered ? this.answer(one, begun, report, Math.min(at, inferredAt), true) : begun;
    const ended: Leg = { ...leg, state: 'ended', outcome: report.status ?? 'no_answer', endedAt: timeOf(at) };
    one.legs.set(leg.id, ended);
    if (report.recordingId !== null) one.call = withRecording(one.call, report.recordingId, ended);
    this.#teller.leg('leg.ended', one, ended, at, {
      ...this.#facts(report),
      ...(report.recordingId !== null && { recordingId: report.recordingId }),
      ...(report.talkUs !== null && { talkUs: report.talkUs }),
      ...estimated(report),
    });
  }

  /** A queue or a menu is told of when it hangs up, and not before. */
  machine(one: ReportedCall, report: LegReport, at: number): Leg {
    const { legId, machine, extension, status } = report;
    const leg: Leg = {
      id: legId,
      extension,
      role: machine === 'queue' ? 'queue' : 'ivr',
      state: 'ended',
      outcome: machine === 'ivr' ? 'machine' : (status ?? 'no_answer'),
      number: extension,
      name: null,
      startedAt: timeOf(at - (report.talkUs ?? 0) / 1_000),
      ringingAt: null,
      answeredAt: null,
      endedAt: timeOf(at),
      cause: null,
    };
    one.legs.set(leg.id, leg);
    if (machine === 'queue') one.call = { ...one.call, queue: one.call.queue ?? extension };
    this.#teller.leg('leg.ended', one, leg, at, { ...this.#facts(report), ...estimated(report) });
    return leg;
  }

  party({ number, name, internal }: ReportedParty): Party {
    if (internal) return { number, raw: number, name, kind: 'internal' };
    return this.#numbers().party(number, name);
  }

  /** What the journal keeps of a leg besides the leg. */
  #facts(report: LegReport): NewEvent['data'] {
    const { flow, caller, called, transferred, callBackId } = report;
    return {
      ...(transferred && { transferred: true }),
      ...(report.inside && { internal: true }),
      remoteParty: this.party(flow === 'in' ? caller : called),
      ...(callBackId !== null && { callBackId }),
    };
  }

  #number(text: string): string {
    return this.#numbers().read(text).number ?? text;
  }
}

/** Calls are found by the recordings they have. */
function withRecording(call: Call, id: string, { answeredAt, endedAt }: Leg): Call {
  const { recordings } = call;
  if (recordings.length >= mostItems || recordings.some((known) => known.id === id)) return call;
  const durationMs = answeredAt === null || endedAt === null ? null : Math.max(0, msOf(endedAt) - msOf(answeredAt));
  return { ...call, recordings: [...recordings, { id, url: null, durationMs, startedAt: answeredAt }] };
}

/** Of what came without its own time. */
export const estimated = ({ atUs }: Pick<LegReport, 'atUs'>): { readonly estimated?: true } =>
  atUs === null ? { estimated: true } : {};
