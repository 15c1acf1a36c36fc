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
  /** Of a user: the extensions they own now. What these took part in is the user's to see. */
  readonly owned?: readonly string[];
}

/** Kinds of callers, the highest first: each sees a part of what the one before it sees. */
export const accessKinds = ['superuser', 'reseller', 'domain', 'user', 'extension'] as const;
export type AccessKind = (typeof accessKinds)[number];

/** The administrator's access: everything. */
export const everything: Access = { reseller: '*', domain: '*', user: '*', extension: '*' };

/**
 * Stands for "no domain" or "no reseller" in events about Offhook itself, such as audit entries of the whole system:
 * nothing can be called so, and only who sees all domains sees it.
 */
export const nowhere = '-';

export function kindOf(access: Access): AccessKind {
  if (access.extension !== '*') return 'extension';
  if (access.user !== '*') return 'user';
  if (access.domain !== '*') return 'domain';
  return access.reseller === '*' ? 'superuser' : 'reseller';
}

/** Whether a kind is this one or a higher one. */
export function isAtLeast(kind: AccessKind, least: AccessKind): boolean {
  return accessKinds.indexOf(kind) <= accessKinds.indexOf(least);
}

export const seesEverything = (access: Access): boolean => kindOf(access) === 'superuser';

const covers = (allowed: string, value: string | null): boolean => allowed === '*' || allowed === value;

/** Whether `access` covers the reseller and domain of a thing; extension and user are judged by who took part. */
export function mayAccessDomain(access: Access, of: { readonly reseller: string; readonly domain: string }): boolean {
  return covers(access.reseller, of.reseller) && covers(access.domain, of.domain);
}

/** Who took part in an event or a call. */
export interface Participants {
  readonly reseller: string;
  readonly domain: string;
  readonly users: readonly (string | null)[];
  readonly extension: string | null;
  readonly extensions: readonly string[];
}

/** Whether `access` covers an event or call: its domain's, and where narrowed, what their user or extension took part in. */
export function mayAccessParticipants(access: Access, of: Participants): boolean {
  if (!mayAccessDomain(access, of)) return false;
  const tookPart = (extension: string): boolean => of.extension === extension || of.extensions.includes(extension);
  if (access.extension !== '*' && !tookPart(access.extension)) return false;
  return access.user === '*' || of.users.includes(access.user) || (access.owned ?? []).some(tookPart);
}

/** Whether `access` covers an event: the one rule for whoever shows events, or counts them. */
export function mayAccessEvent(
  access: Access,
  event: Omit<Participants, 'users'> & { readonly user: string | null },
): boolean {
  const { reseller, domain, user, extension, extensions } = event;
  return mayAccessParticipants(access, { reseller, domain, users: [user], extension, extensions });
}

/** The outermost level on which a scope reaches beyond what `access` covers; null: it lies within. */
export function levelOutside(access: Access, scope: Omit<Access, 'owned'>): keyof Omit<Access, 'owned'> | null {
  const levels = ['reseller', 'domain', 'user', 'extension'] as const;
  return levels.find((level) => !covers(access[level], scope[level])) ?? null;
}

/** Whether a scope, in which `*` is all of a level, lies within what `access` covers: for what belongs to a scope. */
export const mayAccessScope = (access: Access, scope: Omit<Access, 'owned'>): boolean =>
  levelOutside(access, scope) === null;
