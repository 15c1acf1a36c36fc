import type { NewEvent } from '../../model/event.ts';
import { mayAccessDomain, type Access } from '../../model/scope.ts';

/** Whether a caller may see an event: their domain's, and where narrowed, those of their user or extension. */
export function eventVisible(access: Access, event: NewEvent): boolean {
  if (!mayAccessDomain(access, event)) return false;
  if (access.user !== '*' && event.user !== access.user) return false;
  return (
    access.extension === '*' || event.extension === access.extension || event.extensions.includes(access.extension)
  );
}

/** Domains to narrow a read of the log to; undefined: all. */
export function domainsOf(access: Access): readonly string[] | undefined {
  return access.domain === '*' ? undefined : [access.domain];
}
