import type { Call, Leg } from '../model/call.ts';

/** A call that had not ended when Offhook stopped, as its connector gets it back from the log. */
export interface OpenCall {
  readonly call: Call;
  /** Its legs as last seen, the ended ones too. */
  readonly legs: readonly Leg[];
  readonly extensions: readonly string[];
  /** Time of the call's last event: until then its state is known. Absent: its latest time is taken. */
  readonly seenAt?: string;
}
