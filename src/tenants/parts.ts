/** What extensions and users have in common: both are a part of a recorded domain, and things hang on them. */
import type { AuditedChange } from '../model/audit.ts';
import { mayAccessDomain, type Access } from '../model/scope.ts';
import type { Domain } from '../model/tenants.ts';
import type { DirectoryChange } from '../records/directory-store.ts';
import { sourceChange, tokenChange } from './audited-changes.ts';
import { type Asking, audited, type Part, type TenantContext } from './context.ts';
import { outside, type Refused, refused } from './problem.ts';

/** Null: there is no such thing in the caller's scope. */
export type Removed = { readonly removed: true } | Refused | null;

/** The record of the domain a caller names, or of their own. */
export function domainFor(
  { index }: Pick<TenantContext, 'index'>,
  access: Access,
  given: string | undefined,
): { readonly domain: Domain } | Refused {
  const name = given ?? (access.domain === '*' ? null : access.domain);
  if (name === null) return refused('invalid', 'domain', 'domain is missing', 'Name the domain it belongs to.');
  const domain = index.domain(name);
  if (domain && mayAccessDomain(access, { reseller: domain.reseller, domain: name })) return { domain };
  // Who may not see a domain is told the same whether it is there or not.
  const isTheirs = access.domain === '*' ? access.reseller === '*' : name === access.domain;
  if (domain || !isTheirs) return outside('domain');
  return refused('invalid', 'domain', 'the domain has no record yet', 'Make it first: POST /v1/domains.');
}

/** Removes a part of a domain with the tokens and subscriptions that are its alone, or refuses while there are any. */
export async function removeWithPart(
  context: TenantContext,
  asking: Asking,
  part: Part,
  cascade: boolean,
  change: DirectoryChange,
  changes: readonly AuditedChange[],
): Promise<Removed> {
  const tokens = context.tokens.of(part);
  const sources = context.sources.of(part);
  const more = { tokens: tokens.length, sources: sources.length, subscriptions: context.subscriptions.count(part) };
  if (!cascade && more.tokens + more.sources + more.subscriptions > 0) {
    const remedy = 'Remove them first, or ask with cascade=true: they then go with it.';
    return refused('in_use', 'id', 'tokens, sources or subscriptions are its alone', remedy, more);
  }
  await context.subscriptions.remove(part, asking.author);
  const numbers = { tokens: tokens.map(({ number }) => number), sources: sources.map(({ number }) => number) };
  const whole = { ...change, removed: { ...change.removed, ...numbers } };
  const all = [
    ...changes,
    ...tokens.map((token) => tokenChange(token, null)),
    ...sources.map((source) => sourceChange(source, null)),
  ];
  await context.store.apply(whole, audited(asking.author, context.clock, ...all));
  context.index.apply(whole);
  context.tokens.forget(tokens);
  context.sources.forget(sources);
  return { removed: true };
}
