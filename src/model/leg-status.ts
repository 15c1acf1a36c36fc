/** How a leg ended, in the six words that vendors have for it and that the entries of the journal use. */
import type { Leg } from './call.ts';
import type { LegOutcome } from './outcome.ts';

export const legStatuses = ['answered', 'busy', 'no_answer', 'cancelled', 'congested', 'unreachable'] as const;
export type LegStatus = (typeof legStatuses)[number];

/**
 * `cancelled` is what the caller gave up, in a queue too. Whoever lost to a quicker phone, or sent the call on before answering,
 * did not answer. So did those where only a machine picked up: `answered` is a person’s. Who called somebody, and joined them
 * with another before they answered, gave that up.
 */
const byOutcome: Readonly<Record<LegOutcome, LegStatus>> = {
  answered: 'answered',
  transferred: 'no_answer',
  busy: 'busy',
  rejected: 'busy',
  no_answer: 'no_answer',
  answered_elsewhere: 'no_answer',
  forwarded: 'no_answer',
  voicemail: 'no_answer',
  machine: 'no_answer',
  lost: 'no_answer',
  cancelled: 'cancelled',
  abandoned: 'cancelled',
  congested: 'congested',
  unreachable: 'unreachable',
  invalid: 'unreachable',
  failed: 'unreachable',
};

export function legStatus({ outcome, answeredAt, role }: Leg): LegStatus {
  // A menu that took the call has answered it, whatever became of the call.
  if (role === 'ivr' || answeredAt !== null) return 'answered';
  if (outcome === 'transferred' && role === 'caller') return 'cancelled';
  return outcome === null ? 'no_answer' : byOutcome[outcome];
}
