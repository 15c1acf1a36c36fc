import type { Static } from 'typebox';
import type { StoredToken } from '../../records/token-store.ts';
import type { TokenView } from '../contract/tenants.ts';

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const named = (name: string): string | null => (name === '*' ? null : name);

/** A token as it is shown: never its text, nor what is kept of it. */
export function tokenView(token: StoredToken, now: number): Static<typeof TokenView> {
  const { id, name, notes, kind, scope, expiresAt, createdAt, createdBy, rotatedAt, previous, lastUsedAt } = token;
  const isPreviousValid = previous !== null && previous.until > now;
  return {
    id,
    name,
    notes,
    kind,
    reseller: named(scope.reseller),
    domain: named(scope.domain),
    user: named(scope.user),
    extension: named(scope.extension),
    expiresAt: time(expiresAt),
    expired: expiresAt !== null && expiresAt <= now,
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    rotatedAt: time(rotatedAt),
    previousValidUntil: isPreviousValid ? time(previous.until) : null,
    lastUsedAt: time(lastUsedAt),
  };
}
