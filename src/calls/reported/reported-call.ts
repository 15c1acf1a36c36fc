/** A call as reports tell of it: its legs as they are known so far, and what they make of the whole. */
import type { Call, Leg, Party } from '../../model/call.ts';
import { noOrigin } from '../../model/call.ts';
import type { CallOutcome, LegOutcome } from '../../model/outcome.ts';

export interface ReportedCall {
  call: Call;
  readonly legs: Map<string, Leg>;
  readonly extensions: Set<string>;
  /** Milliseconds: of the latest that was reported, by the clock of who reports. */
  lastAt: number;
  /** When the latest report came, by our clock. */
  heardAt: number;
  /** When it ended, by our clock; null: it goes on. */
  endedAt: number | null;
  /** When something is due in it by itself, by our clock. */
  dueAt: number;
}

export const timeOf = (ms: number): string => new Date(ms).toISOString();
export const msOf = (time: string): number => Date.parse(time);

export interface Beginning {
  readonly callId: string;
  readonly at: number;
  readonly flow: 'in' | 'out';
  readonly from: Party;
  readonly to: Party;
  readonly did: string | null;
  readonly callBackId: string | null;
}

export function newCall({ callId, at, flow, from, to, did, callBackId }: Beginning, heardAt: number): ReportedCall {
  const isInside = from.kind === 'internal' && to.kind === 'internal';
  const source = callBackId !== null ? 'api' : flow === 'out' ? 'extension' : did === null ? null : 'did';
  const call: Call = {
    id: callId,
    direction: isInside ? 'internal' : flow === 'in' ? 'inbound' : 'outbound',
    state: 'ringing',
    outcome: null,
    from,
    to,
    did,
    trunk: null,
    queue: null,
    answeredBy: null,
    hungUpBy: null,
    startedAt: timeOf(at),
    answeredAt: null,
    endedAt: null,
    talkMs: 0,
    origin: { ...noOrigin, source, requestId: callBackId },
    transfers: [],
    recordings: [],
    relatedCallIds: [],
  };
  return { call, legs: new Map(), extensions: new Set(), lastAt: at, heardAt, endedAt: null, dueAt: heardAt };
}

export const isMachine = ({ role }: Leg): boolean => role === 'queue' || role === 'ivr';

export const liveLegs = ({ legs }: ReportedCall): readonly Leg[] =>
  [...legs.values()].filter(({ endedAt }) => endedAt === null);

/** The snapshot at that time. */
export function snapshot(one: ReportedCall, at: number): Call {
  const { call } = one;
  const ended = one.endedAt !== null;
  const answered = [...one.legs.values()].filter((leg) => !isMachine(leg) && leg.answeredAt !== null);
  const from = answered.length === 0 ? at : Math.min(...answered.map(({ answeredAt }) => msOf(answeredAt as string)));
  const until = Math.max(from, ...answered.map(({ endedAt }) => (endedAt === null ? at : msOf(endedAt))));
  return {
    ...call,
    state: ended ? 'ended' : call.answeredAt !== null ? 'answered' : 'ringing',
    talkMs: until - from,
  };
}

/** Of an ended call, by how its legs ended. */
export function outcomeOf({ call, legs }: ReportedCall): CallOutcome {
  if (call.answeredAt !== null) return 'answered';
  const all = [...legs.values()];
  const outcomes = new Set<LegOutcome | null>(all.map(({ outcome }) => outcome));
  if (all.some(({ role, outcome }) => role === 'queue' && outcome === 'cancelled')) return 'abandoned';
  for (const outcome of ['cancelled', 'busy', 'no_answer', 'congested', 'unreachable', 'lost'] as const) {
    if (outcomes.has(outcome)) return outcome;
  }
  return all.some(isMachine) ? 'machine' : 'lost';
}
