/** What a call is found by, as entries of `call_keys`. The first letter says of what kind one is. */
import { type CallRecord, numbersOf } from '../../model/call-record.ts';
import { toExactText } from '../../sqlite/exact-text.ts';

/** Numbers of the names of its domain and reseller. */
export interface CallPlace {
  readonly domain: number;
  readonly reseller: number;
}

export const callKey = {
  every: '*',
  number: (number: string): string => toExactText(`n${number}`),
  reseller: (reseller: number): string => `r${reseller}`,
  domain: (domain: number): string => `d${domain}`,
  extension: (domain: number, extension: string): string => toExactText(`e${domain}:${extension}`),
  user: (domain: number, user: string): string => toExactText(`u${domain}:${user}`),
  outcome: (outcome: string): string => `o${outcome}`,
  recording: (id: string): string => toExactText(`f${id}`),
  outcomeIn: (domain: number, outcome: string): string => `p${domain}:${outcome}`,
};

/** Nearly every other call has it: an entry for each would find nothing faster. */
const usualOutcome = 'answered';
export const hasOutcomeKey = (outcome: string | null | undefined): outcome is string =>
  outcome !== null && outcome !== undefined && outcome !== usualOutcome;

export function keysOf(record: CallRecord, { domain, reseller }: CallPlace): ReadonlySet<string> {
  const { outcome, recordings } = record.call;
  return new Set([
    callKey.every,
    callKey.reseller(reseller),
    callKey.domain(domain),
    ...[...numbersOf(record)].map(callKey.number),
    ...record.extensions.map((extension) => callKey.extension(domain, extension)),
    ...recordings.flatMap(({ id }) => (id === null ? [] : [callKey.recording(id)])),
    ...record.users.map((user) => callKey.user(domain, user)),
    ...(hasOutcomeKey(outcome) ? [callKey.outcome(outcome), callKey.outcomeIn(domain, outcome)] : []),
  ]);
}
