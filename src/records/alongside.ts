import type { AuditEntry } from '../model/audit.ts';
import type { NewEvent } from '../model/event.ts';

/**
 * What is written in the same transaction as a change: entries of the audit, and events Offhook itself has to say,
 * which wait in the outbox until the log has them. Either all of it is kept, or nothing.
 */
export interface Alongside {
  readonly audit?: readonly AuditEntry[];
  readonly events?: readonly NewEvent[];
}
