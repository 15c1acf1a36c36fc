/**
 * How many vendor events an extension may have: as its own record says, else its domain's, else the usual number. Who has
 * to keep to a limit can neither set it nor get round it: an administrator does, a superuser or the reseller.
 */
import { isAtLeast, kindOf, type Access } from '../model/scope.ts';
import type { Extension } from '../model/tenants.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { type Refused, refused } from './problem.ts';

/** What vendors give an extension. */
export const usualEventLimit = 16;

type Index = Pick<DirectoryIndex, 'domain' | 'extension'>;

export function eventLimitIn(index: Index, domain: string, extension: string): number {
  return index.extension(domain, extension)?.eventLimit ?? limitOfDomain(index, domain);
}

const limitOfDomain = (index: Index, domain: string): number => index.domain(domain)?.eventLimit ?? usualEventLimit;

const maySet = (access: Access): boolean => isAtLeast(kindOf(access), 'reseller');

/** Null: nothing is said of the limit, or by one who may. */
export function limitNotTheirs(
  access: Access,
  { eventLimit }: { readonly eventLimit?: number | null | undefined },
): Refused | null {
  if (eventLimit === undefined || maySet(access)) return null;
  const remedy = 'Leave it out, or ask the administrator to change it.';
  return refused('outside', 'eventLimit', 'only a superuser or the reseller sets it', remedy);
}

/** Without its record an extension would have the limit of its domain: not where that is more. */
export function limitWouldRise(index: Index, access: Access, { domain, eventLimit }: Extension): Refused | null {
  if (eventLimit === null || eventLimit >= limitOfDomain(index, domain) || maySet(access)) return null;
  const message = `an administrator set an eventLimit of ${eventLimit} for this extension, and without its record there would be more`;
  return refused('outside', 'id', message, 'Ask the administrator to delete it.');
}
