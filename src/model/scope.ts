/**
 * Who a thing belongs to, outermost first: reseller > domain > user > extension. A PBX without tenants is one domain,
 * `default`. This is what a caller may see of it: `*` is everything on that level. Every read and write below the API
 * carries one, and a store answers as if the rest did not exist.
 */
export interface Access {
  readonly reseller: string;
  readonly domain: string;
  readonly user: string;
  readonly extension: string;
}

/** The administrator's access: everything. */
export const everything: Access = { reseller: '*', domain: '*', user: '*', extension: '*' };

const covers = (allowed: string, value: string | null): boolean => allowed === '*' || allowed === value;

/** Whether `access` covers the reseller and domain of a thing; extension and user are judged by who took part. */
export function mayAccessDomain(access: Access, of: { readonly reseller: string; readonly domain: string }): boolean {
  return covers(access.reseller, of.reseller) && covers(access.domain, of.domain);
}

/** The first level on which something that is told of this scope's events would tell more than `access` covers. */
export function levelOutside(access: Access, scope: Access): keyof Access | null {
  const levels = ['reseller', 'domain', 'user', 'extension'] as const;
  return levels.find((level) => !covers(access[level], scope[level])) ?? null;
}
