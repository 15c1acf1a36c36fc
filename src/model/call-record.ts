import type { Call, Leg } from './call.ts';
import { erasedText } from './erasure/erased-number.ts';
import type { JournalLeg } from './leg-facts.ts';

/** A call as the journal keeps it: its newest snapshot, all its legs, and where its events are. */
export interface CallRecord {
  readonly reseller: string;
  readonly domain: string;
  readonly connector: string;
  /** All that took part. */
  readonly extensions: readonly string[];
  /** Users that its events name. */
  readonly users: readonly string[];
  readonly call: Call;
  readonly legs: readonly JournalLeg[];
  /** Milliseconds it rang before somebody answered, or until it ended; null while it does, and where nothing rang. */
  readonly ringMs: number | null;
  /** It ended; a later event may still correct it. */
  readonly final: boolean;
  /** Sequence of its first event and of the last one that is in the record. */
  readonly firstSeq: number;
  readonly seq: number;
  /** Sequences of its events, oldest first; of very many the ones in the middle are left out. */
  readonly seqs: readonly number[];
}

/** Digits alone for a phone number, so that all ways to write it are one; any other text in small letters. */
export function numberKey(text: string): string {
  const digits = text.replace(/[^0-9]/g, '');
  return digits !== '' && /^[0-9+()\s./-]*$/.test(text) ? digits : text.toLowerCase();
}

/** Every number a call is found by: its parties as they are read and as the PBX wrote them, the DID, its legs'. */
export function numbersOf({ call, legs }: Pick<CallRecord, 'call' | 'legs'>): ReadonlySet<string> {
  const texts = [
    call.from.number,
    call.from.raw,
    call.to.number,
    call.to.raw,
    call.did,
    ...legs.map((leg) => leg.number),
  ];
  const keys = texts.flatMap((text) => (text === null || text === undefined ? [] : [numberKey(text)]));
  return new Set(keys.filter((key) => key !== '' && key !== erasedText));
}

/**
 * An ended call has no live legs: one that went on in another call, as those of a consultation do, or whose end nobody told,
 * has ended here with the call. How it ended is not known here.
 */
export function legsAsOf<Kept extends Leg>(call: Call, legs: readonly Kept[]): readonly Kept[] {
  if (call.state !== 'ended') return legs;
  return legs.map((leg) =>
    leg.state === 'ended' ? leg : { ...leg, state: 'ended', endedAt: leg.endedAt ?? call.endedAt },
  );
}

/** Milliseconds until somebody answered or it ended; null while nobody did, and where nothing rang. */
export function ringTimeOf(call: Call, legs: readonly Leg[]): number | null {
  const rang = legs.flatMap(({ ringingAt }) => (ringingAt === null ? [] : [Date.parse(ringingAt)]));
  const until = call.answeredAt ?? call.endedAt;
  if (rang.length === 0 || until === null) return null;
  return Math.max(0, Date.parse(until) - Math.min(...rang));
}
