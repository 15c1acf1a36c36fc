/**
 * A played call as its book holds it: the snapshot, its legs, and what is needed to go on.
 *
 *   ringing ──> answered <──> held        ringing ──> queued ──> answered        any ──> ended
 *
 * People talk while two answered legs are there, or the caller and a mailbox; hold counts as talk, and the time after a
 * blind transfer until its target answers does not. After `ended` only late facts come, until the call is closed.
 */
import type { Call, Leg } from '../../model/call.ts';

export interface CallState {
  readonly call: Call;
  /** By the key a story gives them, in the order they came; the caller's first. */
  readonly legs: ReadonlyMap<string, Leg>;
  readonly extensions: readonly string[];
  /** Milliseconds; null while nobody talks. */
  readonly talkingSince: number | null;
  /** Milliseconds; null outside a queue. */
  readonly queuedSince: number | null;
  /** Events told so far: part of their ids. */
  readonly told: number;
}

export const callerKey = 'caller';

export const isLive = (leg: Leg): boolean => leg.endedAt === null;
const isConnected = (leg: Leg): boolean => leg.answeredAt !== null && leg.endedAt === null;

/** Whether anybody talks to anybody now. */
export function isTalking(call: Call, legs: ReadonlyMap<string, Leg>): boolean {
  const live = [...legs.values()].filter(isLive);
  if (live.filter(isConnected).length >= 2) return true;
  return call.answeredBy?.kind === 'voicemail' && live.some((leg) => leg.role === 'caller');
}

export function stateOf(call: Call, legs: ReadonlyMap<string, Leg>, isQueued: boolean): Call['state'] {
  if (call.endedAt !== null) return 'ended';
  if (isTalking(call, legs)) return [...legs.values()].some((leg) => leg.state === 'held') ? 'held' : 'answered';
  if (isQueued) return 'queued';
  const rings = [...legs.values()].some((leg) => leg.role === 'callee' && isLive(leg) && leg.answeredAt === null);
  // Between the first hang-up and the end nobody talks any more, and nobody is called.
  return call.answeredAt !== null && !rings ? 'answered' : 'ringing';
}
