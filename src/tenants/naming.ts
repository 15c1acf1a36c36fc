/** Whose a domain is, and who may speak of it. */
import { mayAccessDomain, nowhere, type Access } from '../model/scope.ts';
import type { DirectoryIndex } from './directory-index.ts';

export interface DomainNames {
  /** The reseller a domain is recorded for; null: it has no record. */
  ownerOf(domain: string): string | null;
}

export const namesIn = (index: DirectoryIndex): DomainNames => ({
  ownerOf: (domain) => index.domain(domain)?.reseller ?? null,
});

/** The reseller of what nobody said more about. */
export const usualReseller = 'default';

// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not be in a name
const notInNames = /[\u0000-\u001f\u007f-\u009f\u2028\u2029*]/;

/** What a reseller, domain or user can be called: no wildcard, nothing that breaks a line. */
export function isScopeName(name: unknown): name is string {
  return (
    typeof name === 'string' && name.length > 0 && name.length <= 128 && name !== nowhere && !notInNames.test(name)
  );
}

/**
 * The reseller of the domain a caller names; null: it is not theirs to name. A reseller may name only domains recorded
 * for them, since else one could speak in the name of another's; to who sees everything, a domain needs no record.
 */
export function resellerOf(
  names: DomainNames,
  access: Access,
  given: { readonly domain: string; readonly reseller?: string | undefined },
): string | null {
  const owner = names.ownerOf(given.domain);
  if (access.domain !== '*') {
    const own = access.reseller === '*' ? (owner ?? usualReseller) : access.reseller;
    return given.domain === access.domain && (given.reseller ?? own) === own ? own : null;
  }
  if (access.reseller !== '*') {
    return owner === access.reseller && (given.reseller ?? owner) === owner ? owner : null;
  }
  if (owner !== null) return (given.reseller ?? owner) === owner ? owner : null;
  return given.reseller ?? usualReseller;
}

/** Whether a caller may make things that reach over this reseller and domain; `*` is all of a level. */
export function mayReach(
  names: DomainNames,
  access: Access,
  scope: { readonly reseller: string; readonly domain: string },
): boolean {
  if (!mayAccessDomain(access, scope)) return false;
  const isOfReseller = access.reseller !== '*' && access.domain === '*' && scope.domain !== '*';
  return !isOfReseller || names.ownerOf(scope.domain) === access.reseller;
}
