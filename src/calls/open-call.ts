import type { Call, Leg } from '../model/call.ts';
import type { NewEvent } from '../model/event.ts';

/** A call that had not ended when Offhook stopped, as its connector gets it back from the log. */
export interface OpenCall {
  readonly call: Call;
  /** Its legs as last seen, the ended ones too. */
  readonly legs: readonly Leg[];
  readonly extensions: readonly string[];
  /** Time of the call's last event: until then its state is known. Absent: its latest time is taken. */
  readonly seenAt?: string;
  /** Events that began what has not ended (`begun.ts`). Absent: nothing has. */
  readonly begun?: readonly NewEvent[];
}
