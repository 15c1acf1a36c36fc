/** Who changed what: an entry of the audit, and the event that tells of it. */
import { newId } from '../kit/ids.ts';
import type { NewEvent } from './event.ts';
import { isAtLeast, kindOf, nowhere, type Access, type AccessKind } from './scope.ts';

/** Who asks for a change, as the audit names them. */
export interface Author {
  /** `administrator`, the public id of a token, or `offhook`. */
  readonly id: string;
  readonly name: string;
  readonly kind: AccessKind;
  readonly via: 'api' | 'console' | 'offhook';
  readonly address: string | null;
  readonly requestId: string | null;
}

/** What Offhook does by itself, such as switching off a subscription whose receiver is gone. */
export const offhookItself: Author = {
  id: 'offhook',
  name: 'Offhook',
  kind: 'superuser',
  via: 'offhook',
  address: null,
  requestId: null,
};

export const auditActions = [
  'created',
  'updated',
  'deleted',
  'rotated',
  'logged_in',
  'refused',
  'used',
  'retried',
  'paused',
  'resumed',
  'hung_up',
  'transferred',
  'synced',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** A thing as it was or is, without secrets. */
export type Snapshot = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  /** Also the id of the event that tells of it. */
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
  readonly author: Author;
  readonly action: AuditAction;
  /** Kind of thing: `subscription`, `token`, … */
  readonly object: string;
  /** Which one, by what may be public. */
  readonly objectId: string;
  /** Whose the thing is; `*` where it is of a whole level. */
  readonly scope: Omit<Access, 'owned'>;
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
}

export type AuditedChange = Pick<AuditEntry, 'action' | 'object' | 'objectId' | 'scope' | 'before' | 'after'>;

export function auditEntry(author: Author, at: number, change: AuditedChange): AuditEntry {
  return {
    id: newId(at),
    at: Math.round(at),
    author,
    action: change.action,
    object: change.object,
    objectId: change.objectId,
    scope: change.scope,
    before: bounded(change.before),
    after: bounded(change.after),
  };
}

/** Characters of one text, and of a whole snapshot: so that the event about it always fits into the log. */
const longestText = 2_000;
const longestSnapshot = 40_000;

function bounded(snapshot: Snapshot | null): Snapshot | null {
  if (!snapshot) return null;
  const text = JSON.stringify(snapshot, (_name, value: unknown) =>
    typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText).toWellFormed()}…` : value,
  );
  return text.length <= longestSnapshot ? (JSON.parse(text) as Snapshot) : { omitted: `${text.length} characters` };
}

const nameOrNull = (name: string): string | null => (name === '*' ? null : name);

/** `audit.recorded`, made from the entry alone, so that it is the same however often it has to be said. */
export function auditEvent(entry: AuditEntry): NewEvent {
  const { id, at, author, action, object, objectId, scope, before, after } = entry;
  const extension = nameOrNull(scope.extension);
  // Where somebody works from is not for those below them to know.
  const address = isAtLeast(kindOf(scope), author.kind) ? author.address : null;
  return {
    id,
    type: 'audit.recorded',
    time: new Date(at).toISOString(),
    reseller: nameOrNull(scope.reseller) ?? nowhere,
    domain: nameOrNull(scope.domain) ?? nowhere,
    user: nameOrNull(scope.user),
    extension,
    connector: 'offhook',
    extensions: extension === null ? [] : [extension],
    call: null,
    leg: null,
    data: {
      action,
      object,
      objectId,
      actor: author.name,
      actorId: author.id,
      actorKind: author.kind,
      via: author.via,
      address,
      requestId: author.requestId,
      before,
      after,
    },
  };
}
