/** Who takes part in the recorded calls, in words that stay the same when they are recorded anew. */
import type { Answerer, Leg, Party } from '../../src/model/call.ts';
import { outsider } from '../../test/real/support/scenarios/scenario.ts';

/** The port that the carrier's phone happens to have is part of the number it is called by. */
const carrierNumber = /^\+?1215551\d{4}$/;
const alice = new Set([outsider, `+${outsider}`]);

export function numberName(number: string | null): string {
  if (number === null) return 'unknown';
  if (carrierNumber.test(number)) return 'a number outside';
  return alice.has(number) ? 'Alice' : number;
}

export function partyName({ kind, name, number, raw }: Party): string {
  if (kind === 'internal' || kind === 'feature') return number ?? raw ?? kind;
  return name ?? (number === null ? kind : numberName(number));
}

export function legName(leg: Leg): string {
  if (leg.role === 'queue') return `queue ${leg.extension ?? leg.name ?? ''}`.trim();
  if (leg.role === 'ivr') return 'menu';
  if (leg.extension !== null) return leg.extension;
  const isCaller = leg.role === 'caller';
  return (isCaller ? leg.name : null) ?? (leg.number === null ? (leg.name ?? 'unknown') : numberName(leg.number));
}

const machineNames: Readonly<Record<string, string>> = { voicemail: 'voicemail', ivr: 'a menu', queue: 'a queue' };

export function answererName({ kind, extension }: Answerer): string {
  if (kind === 'person') return extension ?? 'a person outside';
  return kind === 'conference' ? 'a conference' : (machineNames[kind] ?? kind);
}

/** Whole seconds. What waits in a phone system waits for whole and half ones, so it is between those that the next begins. */
export const wholeSeconds = (ms: number): number => Math.floor(ms / 1_000 + 0.25);

/** In whole seconds, so that a recording a little slower or faster says the same. */
export function duration(ms: unknown): string {
  if (typeof ms !== 'number') return 'unknown';
  if (ms === 0) return '0 s';
  return ms < 1_000 ? 'under a second' : `about ${wholeSeconds(ms)} s`;
}
