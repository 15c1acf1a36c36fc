import type { Leg } from '../../model/call.ts';
import { legStatus, type LegStatus } from '../../model/leg-status.ts';

/** Values of CallStatus at a hang-up (developer guide, Call Events). */
export const hangupStatuses = ['ANSWER', 'BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'CHANUNAVAIL'] as const;
export type HangupStatus = (typeof hangupStatuses)[number];

export const wordOf = {
  answered: 'ANSWER',
  busy: 'BUSY',
  no_answer: 'NOANSWER',
  cancelled: 'CANCEL',
  congested: 'CONGESTION',
  unreachable: 'CHANUNAVAIL',
} as const satisfies Readonly<Record<LegStatus, HangupStatus>>;

export const hangupStatus = (leg: Leg): HangupStatus => wordOf[legStatus(leg)];
