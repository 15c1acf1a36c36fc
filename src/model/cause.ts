/**
 * Why a leg ended: Q.850 causes, the private codes FreeSWITCH adds above 127, and SIP statuses, and what each says about
 * the leg. Most causes speak for themselves. Some only tell that a leg is over (0, 16, 31, 127): then it depends on
 * whether it was ever connected, and who left first.
 */
import type { LegOutcome } from './outcome.ts';

interface Cause {
  /** In our words, for people. */
  readonly text: string;
  /** What it says about a leg that was never connected; null: nothing by itself. */
  readonly outcome: LegOutcome | null;
}

const cause = (text: string, outcome: LegOutcome | null): Cause => ({ text, outcome });

const byCode: ReadonlyMap<number, Cause> = new Map([
  [0, cause('No reason given', null)],
  [1, cause('Number not in use', 'invalid')],
  [2, cause('No route to the transit network', 'failed')],
  [3, cause('No route to the destination', 'unreachable')],
  [6, cause('Channel not acceptable', 'failed')],
  [7, cause('Call delivered on an open channel', null)],
  [16, cause('Normal end of the call', null)],
  [17, cause('Busy', 'busy')],
  [18, cause('Device did not respond', 'no_answer')],
  [19, cause('Nobody answered', 'no_answer')],
  [20, cause('Subscriber not reachable', 'unreachable')],
  [21, cause('Call rejected', 'rejected')],
  [22, cause('Number has changed', 'invalid')],
  [23, cause('Redirected to another destination', 'forwarded')],
  [26, cause('Taken by another device', 'answered_elsewhere')],
  [27, cause('Destination out of order', 'failed')],
  [28, cause('Number incomplete or malformed', 'invalid')],
  [29, cause('Facility refused', 'failed')],
  [30, cause('Answer to a status question', null)],
  [31, cause('Normal, no further reason', null)],
  [34, cause('No line free', 'congested')],
  [38, cause('Network out of order', 'congested')],
  [41, cause('Temporary failure', 'congested')],
  [42, cause('Switching equipment congested', 'congested')],
  [43, cause('Access information discarded', 'failed')],
  [44, cause('Requested line not available', 'congested')],
  [47, cause('Resource unavailable', 'failed')],
  [50, cause('Facility not subscribed', 'failed')],
  [52, cause('Outgoing calls barred', 'failed')],
  [54, cause('Incoming calls barred', 'failed')],
  [57, cause('Bearer capability not authorised', 'failed')],
  [58, cause('Media or bearer not available', 'failed')],
  [63, cause('Service not available', 'failed')],
  [65, cause('Bearer capability not implemented', 'failed')],
  [66, cause('Channel type not implemented', 'failed')],
  [69, cause('Facility not implemented', 'failed')],
  [79, cause('Service not implemented', 'failed')],
  [81, cause('Unknown call reference', 'failed')],
  [88, cause('Incompatible destination', 'failed')],
  [95, cause('Message not valid', 'failed')],
  [96, cause('Mandatory information missing', 'failed')],
  [97, cause('Message type unknown', 'failed')],
  [98, cause('Message does not fit the call state', 'failed')],
  [99, cause('Information element unknown', 'failed')],
  [100, cause('Information element not valid', 'failed')],
  [101, cause('Message in the wrong call state', 'failed')],
  [102, cause('Timer expired', 'failed')],
  [103, cause('Parameter not implemented', 'failed')],
  [111, cause('Protocol error', 'failed')],
  [127, cause('Interworking, reason unknown', null)],
  [487, cause('Caller gave up', 'cancelled')],
  [607, cause('Unwanted call', 'rejected')],
  [702, cause('Another device was quicker', 'answered_elsewhere')],
  [703, cause('Ended by a manager’s request', null)],
  [800, cause('Blind transfer', 'transferred')],
  [801, cause('Attended transfer', 'transferred')],
  [802, cause('Ring time used up', 'no_answer')],
  [804, cause('No sound came for too long', 'failed')],
  [805, cause('Picked up by another device', 'answered_elsewhere')],
  [806, cause('Device not registered', 'unreachable')],
  [807, cause('Answer did not come in time', 'no_answer')],
  [815, cause('Busy everywhere', 'busy')],
  [816, cause('Declined everywhere', 'rejected')],
  [819, cause('Refused as unwanted', 'rejected')],
]);

const bySipStatus: ReadonlyMap<number, number> = new Map([
  [302, 23],
  [401, 21],
  [403, 21],
  [404, 1],
  [407, 21],
  [408, 18],
  [409, 41],
  [410, 22],
  [420, 3],
  [480, 19],
  [483, 19],
  [484, 28],
  [485, 1],
  [486, 17],
  [487, 487],
  [488, 58],
  [500, 38],
  [501, 29],
  [502, 27],
  [503, 34],
  [504, 102],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 58],
  [607, 607],
]);
const interworking = 127;
const congestion = 34;

/** The cause a SIP status stands for; null for one that is no refusal. */
export function causeOfSipStatus(status: number): number | null {
  if (status < 300 || status > 699) return null;
  return bySipStatus.get(status) ?? (status >= 500 && status <= 599 ? congestion : interworking);
}

/** A cause in a few words, for people. */
export function describeCause(code: number): string {
  return byCode.get(code)?.text ?? `Cause ${code}`;
}

/** What cause and SIP status say by themselves about a leg that was never connected; null where they say nothing. */
export function outcomeOfCause(code: number | null, sipStatus: number | null): LegOutcome | null {
  // The status is what the device said; the cause is what the phone system made of it, which throws some together.
  const fromSip = sipStatus === null ? null : causeOfSipStatus(sipStatus);
  const outcome = fromSip === null ? null : (byCode.get(fromSip)?.outcome ?? null);
  if (outcome !== null || code === null) return outcome;
  const known = byCode.get(code);
  return known ? known.outcome : 'failed';
}

export interface LegEnd {
  readonly cause: number | null;
  readonly sipStatus: number | null;
  /** Whether its parties ever talked. */
  readonly connected: boolean;
  /** Whether the caller was gone before it ended. */
  readonly callerEndedFirst: boolean;
}

/** How the leg went. One that was connected was answered, however it ended, unless it was transferred away. */
export function outcomeOfLegEnd(end: LegEnd): LegOutcome {
  const outcome = outcomeOfCause(end.cause, end.sipStatus);
  if (end.connected) return outcome === 'transferred' ? 'transferred' : 'answered';
  return outcome ?? (end.callerEndedFirst ? 'cancelled' : 'no_answer');
}
