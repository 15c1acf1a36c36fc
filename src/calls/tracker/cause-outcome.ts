import type { LegOutcome } from '../../model/outcome.ts';

/** Q.850 causes that say by themselves how an unanswered leg went; 16, 0 and 127 do not. */
const byCause: ReadonlyMap<number, LegOutcome> = new Map<number, LegOutcome>([
  [1, 'invalid'],
  [22, 'invalid'],
  [28, 'invalid'],
  [3, 'unreachable'],
  [20, 'unreachable'],
  [17, 'busy'],
  [18, 'no_answer'],
  [19, 'no_answer'],
  [21, 'rejected'],
  [23, 'forwarded'],
  [26, 'answered_elsewhere'],
  [34, 'congested'],
  [38, 'congested'],
  [41, 'congested'],
  [42, 'congested'],
  [44, 'congested'],
  [27, 'failed'],
  [29, 'failed'],
  [58, 'failed'],
  [102, 'failed'],
]);

/** SIP statuses that separate what a cause throws together. */
const bySip: ReadonlyMap<number, LegOutcome> = new Map<number, LegOutcome>([
  [302, 'forwarded'],
  [403, 'rejected'],
  [404, 'invalid'],
  [408, 'no_answer'],
  [410, 'invalid'],
  [480, 'no_answer'],
  [484, 'invalid'],
  [486, 'busy'],
  [488, 'failed'],
  [503, 'congested'],
  [600, 'busy'],
  [603, 'rejected'],
  [604, 'invalid'],
]);

/** How an unanswered leg went by the SIP status or, failing that, the cause it ended with; null where they say nothing. */
export function causeOutcome(cause: number | null, sipStatus: number | null): LegOutcome | null {
  const bySipStatus = sipStatus === null ? undefined : bySip.get(sipStatus);
  return bySipStatus ?? (cause === null ? null : (byCause.get(cause) ?? null));
}
