/** What a leg, or a call, is doing: how its line is drawn, and the word beside it. */
import type { Call, Leg } from '../../../src/model/call.ts';

/** `dials`: not connected to anybody, and nothing rings there. `waits`: connected, or in a queue, and nobody is there. */
export type LookKind = 'dials' | 'rings' | 'talks' | 'holds' | 'waits' | 'machine';

export interface Look {
  readonly kind: LookKind;
  readonly word: string;
}

const look = (kind: LookKind, word: string): Look => ({ kind, word });

/**
 * @param call as it stands at that moment
 * @param isLeft whether it is this leg that has nobody to talk to where the call has not, or is on hold; not so of one who
 *   is about to leave, or who talks with the one that holds
 */
export function lookOfLeg(leg: Leg, call: Call, isLeft: boolean): Look {
  if (leg.role === 'queue') return look('waits', 'queue');
  if (leg.role === 'ivr') return look('machine', 'menu');
  if (leg.state === 'held') return look('holds', 'holds');
  if (leg.state === 'ringing') return look('rings', 'rings');
  if (leg.state === 'answered') return isLeft ? lookOfConnected(call) : look('talks', 'talks');
  return leg.role === 'caller' ? lookOfCaller(call) : look('dials', 'called');
}

function lookOfConnected(call: Call): Look {
  switch (call.state) {
    case 'parked':
      return look('waits', 'parked');
    case 'queued':
    case 'ringing':
      return look('waits', 'waits');
    case 'held':
      return look('waits', 'on hold');
    default:
      return byMachine(call) ?? look('talks', call.answeredBy?.kind === 'conference' ? 'in room' : 'talks');
  }
}

/** Not connected yet; the answer of the one who picked up is told just before the caller's. */
function lookOfCaller(call: Call): Look {
  if (call.state === 'queued') return look('waits', 'waits');
  if (call.state === 'parked') return look('waits', 'parked');
  if (call.state === 'answered' && call.answeredBy?.kind === 'person') return look('talks', 'talks');
  return byMachine(call) ?? (call.answeredBy === null ? look('dials', 'dials') : look('waits', 'waits'));
}

function byMachine({ state, answeredBy }: Call): Look | null {
  if (state !== 'answered') return null;
  if (answeredBy?.kind === 'voicemail') return look('machine', 'mailbox');
  return answeredBy?.kind === 'ivr' ? look('machine', 'menu') : null;
}

/** A call, in the words of `call.state`. */
export function lookOfCall(call: Call): Look {
  const kinds = { ringing: 'rings', queued: 'waits', parked: 'waits', held: 'holds', ended: 'dials' } as const;
  if (call.state === 'answered') return look(byMachine(call) ? 'machine' : 'talks', 'answered');
  return look(kinds[call.state], call.state);
}
