/** What a new token opens, and what a token is a part of. */
import type { AccessToken } from '../model/access-token.ts';
import { type Access, type AccessKind, isAtLeast, kindOf, levelOutside, seesEverything } from '../model/scope.ts';
import type { Part } from './context.ts';
import { type DomainNames, isScopeName, resellerOf } from './naming.ts';
import { outside, type Refused, refused } from './problem.ts';

/** What its maker says of it; what they leave out is their own. */
export interface TokenScopeDraft {
  readonly kind: AccessKind;
  readonly reseller?: string | undefined;
  readonly domain?: string | undefined;
  readonly user?: string | undefined;
  readonly extension?: string | undefined;
}

type Scope = AccessToken['scope'];
const levels = ['reseller', 'domain', 'user', 'extension'] as const;
/** The levels each kind names; the rest is `*`. */
const named: Readonly<Record<AccessKind, readonly (typeof levels)[number][]>> = {
  superuser: [],
  reseller: ['reseller'],
  domain: ['reseller', 'domain'],
  user: ['reseller', 'domain', 'user'],
  extension: ['reseller', 'domain', 'extension'],
};

/** What the new token opens: what its maker names, and of what they do not name, their own. */
export function scopeOf(
  names: DomainNames,
  access: Access,
  draft: TokenScopeDraft,
): { readonly value: Scope } | Refused {
  if (!isAtLeast(kindOf(access), draft.kind)) return outside('kind');
  const mine = named[draft.kind];
  const odd = levels.find((level) => draft[level] !== undefined && !mine.includes(level));
  if (odd) return refused('invalid', odd, `a token of kind ${draft.kind} has no ${odd}`, 'Leave it out.');
  const scope = { reseller: '*', domain: '*', user: '*', extension: '*' };
  for (const level of mine) {
    const name = draft[level] ?? (access[level] === '*' ? undefined : access[level]);
    // The reseller of a domain is known by its record.
    if (level === 'reseller' && name === undefined && draft.kind !== 'reseller') continue;
    if (!isScopeName(name)) return refused('invalid', level, `${level} is missing or no name`, `Name the ${level}.`);
    scope[level] = name;
  }
  if (mine.includes('domain')) {
    const reseller = resellerOf(names, access, { domain: scope.domain, reseller: draft.reseller });
    if (reseller === null) return notTheirs(access);
    scope.reseller = reseller;
  }
  const beyond = levelOutside(access, scope);
  return beyond ? outside(draft[beyond] === undefined ? 'kind' : beyond) : { value: scope };
}

function notTheirs(access: Access): Refused {
  if (!seesEverything(access)) return outside('domain');
  return refused('invalid', 'reseller', 'the domain is recorded for another reseller', 'Leave the reseller out.');
}

/** Whether a token belongs to a part of a domain, or to something within it. */
export function isOfPart({ scope }: AccessToken, part: Part): boolean {
  if (scope.domain !== part.domain) return false;
  if (part.user !== undefined) return scope.user === part.user;
  return part.extension === undefined || scope.extension === part.extension;
}
