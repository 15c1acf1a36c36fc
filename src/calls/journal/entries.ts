/**
 * The entries of a call: what an integration registers of it, by the rules of the Ringme integration guide. Each
 * extension's part is an entry of its own, so that a transfer splits a call into before and after.
 *
 * - A part in which the extension talked is a successful entry; one in which it called in vain, an unsuccessful one.
 * - An extension that was called in vain has an unsuccessful entry, unless a queue or a menu was passed (whether the call
 *   was missed is then theirs to say), or another extension took the call while it rang.
 * - A queue or a menu has no entry of its own, except that a call which passed some and reached nobody is one missed call.
 * - An inbound call that nobody took is missed once, however many were called.
 */
import type { Call, Party } from '../../model/call.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { JournalLeg } from '../../model/leg-facts.ts';
import { callBackOf, type LegSide, partiesOf, remoteNumberOf, sidesOf, talkTimeOf } from '../../model/leg-side.ts';
import { legStatus, type LegStatus } from '../../model/leg-status.ts';

export interface CallEntry {
  /** Unique within the call. */
  readonly id: string;
  readonly extension: string;
  /** `out`: the extension called. */
  readonly flow: 'in' | 'out';
  /** With whom: the number the entry is registered by. */
  readonly number: string | null;
  readonly name: string | null;
  readonly did: string | null;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string;
  /** Microseconds. */
  readonly talkUs: number;
  readonly status: LegStatus;
  /** Nobody took this call from outside; at most one entry of a call says so. */
  readonly missed: boolean;
  readonly transferred: boolean;
  readonly recordingId: string | null;
  /** Groups the entries of what software called for an extension that is no end of the call. */
  readonly callBackId: string | null;
  /** Between two extensions. */
  readonly internal: boolean;
  /** How long it talked, or when it ended, is inferred: nobody said so. */
  readonly estimated: boolean;
}

/** One extension's part that has ended. */
interface Part {
  readonly entry: CallEntry;
  readonly machine: boolean;
  readonly bridged: boolean | null;
}

/** Two observations of one moment may be so far apart, milliseconds. */
const momentMs = 500;

/** In the order in which the parts began. */
export function entriesOf({ call, legs }: Pick<CallRecord, 'call' | 'legs'>): readonly CallEntry[] {
  const parts = legs.flatMap((leg) => partsOf(call, leg));
  const phones = parts.filter(({ machine }) => !machine).map(({ entry }) => entry);
  const machines = parts.filter(({ machine }) => machine);
  const entries = phones.filter((entry) => isRegistered(entry, phones, machines.length > 0));
  const wasTaken = phones.some(({ flow, status }) => flow === 'in' && status === 'answered');
  if (machines.length > 0) {
    const inVain = machines.find(({ bridged }) => !(bridged ?? wasTaken));
    const isMissed = inVain !== undefined && machines.every(({ bridged }) => bridged !== true);
    return inOrder(isMissed ? [...entries, missedAt(inVain.entry)] : entries);
  }
  const first = wasTaken ? undefined : inOrder(entries).find(({ flow, internal }) => flow === 'in' && !internal);
  return inOrder(entries.map((entry) => (entry === first ? { ...entry, missed: true } : entry)));
}

function isRegistered(entry: CallEntry, phones: readonly CallEntry[], metMachine: boolean): boolean {
  if (entry.flow === 'out' || entry.status === 'answered') return true;
  return !metMachine && !phones.some((other) => tookFrom(other, entry));
}

/** That one was answered while this one rang. */
const tookFrom = (winner: CallEntry, loser: CallEntry): boolean =>
  winner.flow === 'in' &&
  winner.answeredAt !== null &&
  Date.parse(winner.answeredAt) >= Date.parse(loser.startedAt) - momentMs &&
  Date.parse(winner.answeredAt) <= Date.parse(loser.endedAt) + momentMs;

const missedAt = (entry: CallEntry): CallEntry => ({
  ...entry,
  answeredAt: null,
  talkUs: 0,
  status: entry.status === 'answered' ? 'no_answer' : entry.status,
  missed: true,
});

const inOrder = (entries: readonly CallEntry[]): readonly CallEntry[] =>
  entries.toSorted((one, two) => Date.parse(one.startedAt) - Date.parse(two.startedAt));

function partsOf(call: Call, leg: JournalLeg): readonly Part[] {
  const { endedAt } = leg;
  // What ended only because its call became part of another one is told of there.
  if (endedAt === null || leg.outcome === null) return [];
  const sides = sidesOf(leg, leg.transferredBy ?? null);
  return sides.map((side) => ({
    entry: entryOf(call, { ...leg, endedAt }, side),
    machine: side.machine,
    bridged: leg.bridged ?? null,
  }));
}

function entryOf(call: Call, leg: JournalLeg & { readonly endedAt: string }, side: LegSide): CallEntry {
  const { caller, called } = partiesOf(call, leg, side);
  const told: Party = side.flow === 'in' ? caller : called;
  const party = side.sentOn ? told : (leg.remoteParty ?? told);
  const remote = side.flow === 'in' ? remoteOf(call, leg) : null;
  return {
    id: side.sentOn ? `${leg.id}/${side.extension}` : leg.id,
    extension: side.extension,
    flow: side.flow,
    number: remote ?? party.number,
    name: remote === null || remote === party.number ? party.name : null,
    did: call.did,
    startedAt: leg.startedAt,
    answeredAt: leg.answeredAt,
    endedAt: leg.endedAt,
    talkUs: leg.talkUs ?? talkTimeOf(leg) * 1_000,
    status: legStatus(leg),
    missed: false,
    transferred: side.flow === 'out' && leg.transferred === true,
    recordingId: leg.recordingId ?? null,
    callBackId: leg.callBackId ?? callBackOf(call),
    internal: leg.internal === true || party.kind === 'internal',
    estimated: leg.estimated === true,
  };
}

/** As it was told with the leg's own party; else as we would tell it. */
const remoteOf = (call: Call, leg: JournalLeg): string | null =>
  leg.remoteParty === undefined ? remoteNumberOf(call, leg) : (leg.remoteNumber ?? null);
