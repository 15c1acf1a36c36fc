import type { Author } from '../../model/audit.ts';
import { everything, type Access } from '../../model/scope.ts';
import type { TokenHolder } from '../../tenants/tenants.ts';

/** Who asks, and what they may see. */
export interface Caller {
  /** Stable name for what is kept by caller, such as idempotency keys. */
  readonly name: string;
  /** As the audit names them. */
  readonly author: Pick<Author, 'id' | 'name' | 'via'>;
  /** When they asked. */
  readonly access: Access;
  /** What of it holds by now; null where their token was revoked or expired since. For answers that take long. */
  accessNow(): Access | null;
  /** When what they hold expires, milliseconds; null: never. */
  readonly expiresAt: number | null;
  /** What their events name as connector: their ids are unique within it. */
  readonly source: string;
}

/** Null: nobody's token. `expired`: it was somebody's. */
export type TokenCheck = (token: string) => Caller | 'expired' | null;

/** Who has the administrator's token. */
export const administrator: Caller = {
  name: 'administrator',
  author: { id: 'administrator', name: 'administrator', via: 'api' },
  access: everything,
  accessNow: () => everything,
  expiresAt: null,
  source: 'api',
};

/** Who has a token that was made here. A connector can't be called as `source` is: its name has no colon. */
export function callerWith({ id, name, access, expiresAt }: TokenHolder, accessNow: () => Access | null): Caller {
  return {
    name: `token:${id}`,
    author: { id, name, via: 'api' },
    access,
    accessNow,
    expiresAt,
    source: `api:${id}`,
  };
}
