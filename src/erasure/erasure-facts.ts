/** What the audit shows of an erasure that was ordered: by whom and of how far, never the number. */
import { auditEntry, auditEvent, type Author } from '../model/audit.ts';
import type { Alongside } from '../records/alongside.ts';
import type { ErasureOrder } from '../records/erasure-store.ts';

export function erasureOrdered(author: Author, { number, scope, upTo, createdAt }: ErasureOrder): Alongside {
  const entry = auditEntry(author, createdAt, {
    action: 'created',
    object: 'erasure',
    objectId: String(number),
    scope: { ...scope, user: '*', extension: '*' },
    before: null,
    after: { upTo, reseller: scope.reseller, domain: scope.domain },
  });
  return { audit: [entry], events: [auditEvent(entry)] };
}
