import { Type, type Static } from 'typebox';

/** How a call ended, seen as a whole. `lost`: its end was never seen (PBX restarted, Offhook was away). */
export const callOutcomes = [
  'answered',
  'no_answer',
  'busy',
  'cancelled',
  'rejected',
  'unreachable',
  'congested',
  'invalid',
  'abandoned',
  'voicemail',
  'machine',
  'failed',
  'lost',
] as const;

/** How one device's part in a call ended: a call's outcomes and three that only a leg can have. */
export const legOutcomes = [...callOutcomes, 'answered_elsewhere', 'transferred', 'forwarded'] as const;

export const CallOutcomeSchema = Type.Enum(callOutcomes);
export const LegOutcomeSchema = Type.Enum(legOutcomes);
export type CallOutcome = Static<typeof CallOutcomeSchema>;
export type LegOutcome = Static<typeof LegOutcomeSchema>;
