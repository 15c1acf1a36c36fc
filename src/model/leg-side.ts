/**
 * Whose part in a call a leg is. A leg of a device is its extension's part. One that was dialled because an extension sent
 * the call on is, besides, that extension's: it dialled out. So one leg may be told of from two sides.
 */
import type { Call, Leg, Party } from './call.ts';

export interface LegSide {
  readonly extension: string;
  /** `out`: the extension calls. */
  readonly flow: 'in' | 'out';
  /** The extension sent the call on: this is its dial-out, not the leg of its own phone. */
  readonly sentOn: boolean;
  /** A queue or a menu. */
  readonly machine: boolean;
}

/** @param transferredBy extension that sent the call on to this leg; null: nobody did */
export function sidesOf({ extension, role }: Leg, transferredBy: string | null): readonly LegSide[] {
  const sides: LegSide[] = [];
  if (extension !== null) {
    const machine = role === 'queue' || role === 'ivr';
    sides.push({ extension, flow: role === 'caller' ? 'out' : 'in', sentOn: false, machine });
  }
  if (role === 'callee' && transferredBy !== null && transferredBy !== extension) {
    sides.push({ extension: transferredBy, flow: 'out', sentOn: true, machine: false });
  }
  return sides;
}

export interface SideParties {
  readonly caller: Party;
  readonly called: Party;
}

/** Who calls whom, as that side sees it. */
export function partiesOf(call: Call, leg: Leg, { extension, flow, sentOn }: LegSide): SideParties {
  const own: Party = { number: extension, raw: extension, name: null, kind: 'internal' };
  // Software may have called the outside first, for the extension that is called now.
  const isOwn = flow === 'in' && call.from.kind === 'internal' && call.from.number === extension;
  const caller = isOwn ? call.to : call.from;
  return { caller, called: flow === 'in' ? own : sentOn ? targetOf(leg, call) : call.to };
}

/** Whom the call was sent on to: an extension, or a number outside. */
function targetOf({ extension, number }: Leg, { to }: Call): Party {
  if (extension !== null) return { number: extension, raw: extension, name: null, kind: 'internal' };
  return { number: number ?? to.number, raw: number ?? to.raw, name: null, kind: 'external' };
}

/** What software knows a call by that it began for an extension which takes no part in it; null: it is no such call. */
export function callBackOf({ id, origin, from, to }: Call): string | null {
  const initiator = origin.onBehalfOf ?? null;
  if (initiator === null) return null;
  const isEnd = [from, to].some(({ kind, number }) => kind === 'internal' && number === initiator);
  return isEnd ? null : (origin.requestId ?? id);
}

/** Milliseconds two parties were connected over this leg; 0 where it was not answered. */
export const talkTimeOf = ({ answeredAt, endedAt }: Leg): number =>
  answeredAt === null || endedAt === null ? 0 : Math.max(0, Date.parse(endedAt) - Date.parse(answeredAt));

/** The outside number that a transfer by keys connects a called leg with; null: none did. */
export function remoteNumberOf({ from, to }: Call, facts: Readonly<Record<string, unknown>>): string | null {
  if (facts['transferredBy'] === undefined || facts['transferredWith'] !== 'keys') return null;
  const [outside] = [from, to].filter(({ kind }) => kind === 'external');
  const told = facts['remoteNumber'];
  return typeof told === 'string' && told !== '' ? told : (outside?.number ?? null);
}
