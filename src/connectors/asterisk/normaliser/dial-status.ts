import type { DialStatus } from '../../../calls/signal.ts';

const statuses: ReadonlyMap<string, DialStatus> = new Map([
  ['ANSWER', 'answered'],
  ['BUSY', 'busy'],
  ['NOANSWER', 'no_answer'],
  ['CANCEL', 'cancelled'],
  ['CHANUNAVAIL', 'unreachable'],
  ['CONGESTION', 'congested'],
  ['ABORT', 'aborted'],
  ['CONTINUE', 'continued'],
  ['GOTO', 'continued'],
  // Dial's privacy screening: the called person refuses this caller.
  ['DONTCALL', 'rejected'],
  ['TORTURE', 'rejected'],
]);

/** `GOTO:context^exten^1` names where the called side went on; the word before the colon is the status. */
export function dialStatusOf(value: string | null): DialStatus {
  return statuses.get(wordOf(value)) ?? 'aborted';
}

/** Whether Asterisk has that word for how a dial ended. */
export const isDialStatus = (value: string): boolean => statuses.has(wordOf(value));

const wordOf = (value: string | null): string => (value ?? '').split(':')[0] ?? '';

/** Why a channel that Asterisk itself dialled did not come to be, by its numbers for what a line can say. */
const statusByReason: Readonly<Record<string, DialStatus>> = {
  '0': 'unreachable', // Nothing was made: no such device, or none that can be reached
  '1': 'no_answer', // Hung up
  '3': 'no_answer', // Still ringing
  '5': 'busy',
  '8': 'congested',
};

export const statusOfReason = (reason: string | null): DialStatus => statusByReason[reason ?? ''] ?? 'failed';

/** The far end rings, or sends sound of its own, which a caller hears instead of ringing. */
export function saysRinging(value: string | null): boolean {
  return value === 'RINGING' || value === 'PROGRESS';
}
