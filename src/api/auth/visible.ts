import type { NewEvent } from '../../model/event.ts';
import { mayAccessEvent, type Access } from '../../model/scope.ts';

/** Whether a caller may see an event: their domain's, and where narrowed, those of their user or extension. */
export function eventVisible(access: Access, event: NewEvent): boolean {
  return mayAccessEvent(access, event);
}

/** Domains to narrow a read of the log to; undefined: all. */
export function domainsOf(access: Access): readonly string[] | undefined {
  return access.domain === '*' ? undefined : [access.domain];
}
