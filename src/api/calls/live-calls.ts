import type { Call, Leg } from '../../model/call.ts';
import type { Access } from '../../model/scope.ts';

/** A call as it stands now, with its legs. */
export interface LiveCall {
  readonly reseller: string;
  readonly domain: string;
  readonly connector: string;
  readonly extensions: readonly string[];
  readonly call: Call;
  readonly legs: readonly Leg[];
  /** Sequence of the last event about it. */
  readonly seq: number;
}

/** What the API needs of the live view: calls in progress, and those that ended a little while ago. */
export interface LiveCalls {
  /** Newest first. */
  inProgress(access: Access): readonly LiveCall[];
  /** Newest first; bounded. */
  justEnded(access: Access): readonly LiveCall[];
  find(access: Access, callId: string): LiveCall | null;
}
