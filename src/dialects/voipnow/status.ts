import type { Leg } from '../../model/call.ts';
import type { LegOutcome } from '../../model/outcome.ts';

/** Values of CallStatus at a hang-up (developer guide, Call Events). */
export const hangupStatuses = ['ANSWER', 'BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'CHANUNAVAIL'] as const;
export type HangupStatus = (typeof hangupStatuses)[number];

/**
 * CANCEL is what the caller gave up, in a queue too. Whoever lost to a quicker phone, or sent the call on before answering,
 * did not answer. So did those where only a machine picked up: ANSWER is a person’s.
 */
const byOutcome: Readonly<Record<LegOutcome, HangupStatus>> = {
  answered: 'ANSWER',
  transferred: 'ANSWER',
  busy: 'BUSY',
  rejected: 'BUSY',
  no_answer: 'NOANSWER',
  answered_elsewhere: 'NOANSWER',
  forwarded: 'NOANSWER',
  voicemail: 'NOANSWER',
  machine: 'NOANSWER',
  lost: 'NOANSWER',
  cancelled: 'CANCEL',
  abandoned: 'CANCEL',
  congested: 'CONGESTION',
  unreachable: 'CHANUNAVAIL',
  invalid: 'CHANUNAVAIL',
  failed: 'CHANUNAVAIL',
};

export function hangupStatus({ outcome, answeredAt, role }: Leg): HangupStatus {
  // A menu that took the call has answered it, whatever became of the call.
  if (role === 'ivr' || answeredAt !== null) return 'ANSWER';
  return outcome === null ? 'NOANSWER' : byOutcome[outcome];
}
