import type { Call, Leg } from '../../model/call.ts';
import { mostExtensions, mostItems } from '../../model/fields.ts';
import type { MachineLeg } from './machines/machine.ts';
import { legIdOf, type CallRecord, type LegRecord } from './record.ts';
import { shown } from './transfers/transfer.ts';

/** Last millisecond that `Date` can write with a four-digit year. */
const latestTime = Date.UTC(9999, 11, 31);

/** A time a PBX gave, as one that can be written down; null for what is none. */
export function usableTime(ms: number | null | undefined): number | null {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0 || ms > latestTime) return null;
  return Math.floor(ms);
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** The time that a snapshot shows; null where it shows none. */
export function timeOf(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}

/** The call as it stands at `at`. */
export function callSnapshot(call: CallRecord, at: number): Call {
  return {
    id: call.id,
    direction: call.direction,
    state: call.state,
    outcome: null,
    from: call.from,
    to: call.to,
    did: call.did,
    trunk: call.trunk,
    queue: call.queue,
    answeredBy: call.answeredBy,
    hungUpBy: null,
    startedAt: iso(call.startedAt),
    answeredAt: isoOrNull(call.answeredAt),
    endedAt: isoOrNull(call.endedAt),
    talkMs: talkMsOf(call, at),
    origin: call.origin,
    transfers: call.transfers
      .filter(({ toldStart }) => toldStart)
      .slice(-mostItems)
      .map(shown),
    recordings: call.recordings.slice(-mostItems),
    relatedCallIds: call.relatedCallIds.slice(-mostItems),
  };
}

export function talkMsOf(call: CallRecord, at: number): number {
  return call.talkMs + (call.talkingSince === null ? 0 : Math.max(0, at - call.talkingSince));
}

export function legSnapshot(leg: LegRecord): Leg {
  return {
    id: leg.id,
    extension: leg.extension,
    role: leg.role,
    state: legState(leg),
    outcome: leg.outcome,
    number: leg.number,
    name: leg.name,
    startedAt: iso(leg.startedAt),
    ringingAt: isoOrNull(leg.ringingAt),
    answeredAt: isoOrNull(leg.answeredAt),
    endedAt: isoOrNull(leg.endedAt),
    cause: leg.cause,
  };
}

export function machineSnapshot(machine: MachineLeg, connector: string): Leg {
  const { role, extension, name, outcome } = machine;
  return {
    id: legIdOf(connector, machine.id),
    extension,
    role,
    state: machine.endedAt !== null ? 'ended' : role === 'ivr' ? 'answered' : 'ringing',
    outcome,
    number: extension,
    name,
    startedAt: iso(machine.startedAt),
    ringingAt: null,
    // A menu has whoever enters it; a queue has not answered until an agent takes the call from it.
    answeredAt: role === 'ivr' ? iso(machine.startedAt) : outcome === 'answered' ? isoOrNull(machine.endedAt) : null,
    endedAt: isoOrNull(machine.endedAt),
    cause: null,
  };
}

function legState(leg: LegRecord): Leg['state'] {
  if (leg.endedAt !== null) return 'ended';
  if (leg.toldHeld) return 'held';
  if (leg.answeredAt !== null) return 'answered';
  if (leg.ringingAt !== null) return 'ringing';
  return leg.dialing ? 'dialing' : 'created';
}

export const extensionsOf = (call: CallRecord): readonly string[] => [...call.extensions].slice(0, mostExtensions);

/**
 * Fields whose change is worth a `call.updated`, by the path a reader knows them under, and what stands in them as one
 * value. Looked at with every signal, so nothing is put together that need not be.
 */
const watched: readonly (readonly [path: string, value: (call: CallRecord) => string | number | null])[] = [
  ['call.direction', (call) => call.direction],
  ['call.state', (call) => call.state],
  ['call.did', (call) => call.did],
  ['call.trunk', (call) => call.trunk],
  ['call.queue', (call) => call.queue],
  ['call.answeredBy', ({ answeredBy }) => answeredBy && `${answeredBy.kind} ${answeredBy.extension}`],
  ['call.relatedCallIds', (call) => call.relatedCallIds.join(' ')],
  ['call.from.number', (call) => call.from.number],
  ['call.from.name', (call) => call.from.name],
  ['call.from.kind', (call) => call.from.kind],
  ['call.to.number', (call) => call.to.number],
  ['call.to.name', (call) => call.to.name],
  ['call.to.kind', (call) => call.to.kind],
  [
    'call.origin',
    ({ origin }) =>
      `${origin.source} ${origin.requestId} ${origin.billingCode} ${origin.buttonId} ${origin.onBehalfOf}`,
  ],
  ['call.transfers', (call) => kindsStarted(call)],
  ['call.recordings', (call) => call.recordings.length],
];

/** Of those that were told: one may turn out to be of another kind when the transferer leaves. */
function kindsStarted({ transfers }: CallRecord): string {
  let kinds = '';
  for (const { toldStart, kind } of transfers) if (toldStart) kinds += `${kind} `;
  return kinds;
}

/** What stands in the watched fields now, in their order. */
export type Watched = readonly (string | number | null)[];

export function watchedFields(call: CallRecord): Watched {
  return watched.map(([, value]) => value(call));
}

/** The fields that are not what they were, with what stands in them now. */
export function changedFields(call: CallRecord, told: Watched): readonly (readonly [path: string, value: unknown])[] {
  const changed: [string, unknown][] = [];
  for (const [index, [path, value]] of watched.entries()) {
    const now = value(call);
    if (now !== told[index]) changed.push([path, now]);
  }
  return changed;
}
