import type { LiveCall } from '../../calls/live/live-call.ts';
import type { Access } from '../../model/scope.ts';

/** What the API needs of the live view: calls in progress, and those that ended a little while ago. */
export interface LiveCalls {
  /** Newest first. */
  inProgress(access: Access): readonly LiveCall[];
  find(access: Access, callId: string): LiveCall | null;
}
