import { mayAccessDomain, seesEverything, type Access } from '../model/scope.ts';
import type { Domain, Extension, User } from '../model/tenants.ts';
import type { AuditedChange } from '../model/audit.ts';
import type { AccessToken } from '../model/access-token.ts';
import { type Asking, audited, changed, nowText, type TenantContext } from './context.ts';
import { changeAt, sourceChange, tokenChange } from './audited-changes.ts';
import { limitNotTheirs } from './event-limits.ts';
import { usualReseller } from './naming.ts';
import { outside, type Refused, refused } from './problem.ts';

export interface DomainDraft {
  readonly name: string;
  readonly reseller?: string | undefined;
  readonly displayName?: string | undefined;
  readonly country?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly allowNetworks?: readonly string[] | undefined;
  readonly eventLimit?: number | null | undefined;
}
export type DomainChanges = Omit<DomainDraft, 'name' | 'reseller'>;

export interface Domains {
  /** By id, after the given one. */
  list(access: Access, page: { readonly after: number; readonly limit: number }): readonly Domain[];
  get(access: Access, name: string): Domain | null;
  create(asking: Asking, draft: DomainDraft): Promise<{ readonly domain: Domain } | Refused>;
  update(asking: Asking, name: string, changes: DomainChanges): Promise<{ readonly domain: Domain } | Refused | null>;
  /**
   * With `cascade` its extensions, users, tokens, sources and subscriptions go with it; without, it is refused while there are
   * any. Its events and audit entries stay. Null: there is no such domain in the caller's scope.
   */
  remove(asking: Asking, name: string, cascade: boolean): Promise<{ readonly removed: true } | Refused | null>;
}

const mostDomains = 20_000;

/**
 * Only a superuser makes and removes domains, and says whose they are: the name alone decides whom events go to, so
 * that whoever could give it a record could take another's.
 */
export function createDomains(context: TenantContext): Domains {
  const { index, store, clock, inTurn } = context;
  const get = (access: Access, name: string): Domain | null => {
    const domain = index.domain(name);
    return domain && mayAccessDomain(access, { reseller: domain.reseller, domain: name }) ? domain : null;
  };
  const save = async (asking: Asking, before: Domain | null, domain: Domain): Promise<{ domain: Domain }> => {
    const alongside = audited(asking.author, clock, changeOf(before, domain));
    await store.apply({ domains: [domain] }, alongside);
    index.apply({ domains: [domain] });
    return { domain };
  };

  const create = async (asking: Asking, draft: DomainDraft): Promise<{ readonly domain: Domain } | Refused> => {
    if (!seesEverything(asking.access)) return outside('name');
    if (index.domain(draft.name)) {
      return refused('taken', 'name', 'a domain of this name is there already', 'Take another name.');
    }
    if (index.domains.size >= mostDomains) {
      return refused('full', 'name', `there are ${mostDomains} domains`, 'Remove those no longer needed.');
    }
    const now = nowText(clock);
    return save(asking, null, {
      id: await store.nextId('domain'),
      name: draft.name,
      reseller: draft.reseller ?? usualReseller,
      displayName: draft.displayName ?? '',
      country: draft.country ?? null,
      timezone: draft.timezone ?? null,
      allowNetworks: draft.allowNetworks ?? [],
      eventLimit: draft.eventLimit ?? null,
      createdAt: now,
      updatedAt: now,
    });
  };

  const remove = async (asking: Asking, name: string, cascade: boolean) => {
    const domain = get(asking.access, name);
    if (!domain) return null;
    if (!seesEverything(asking.access)) return outside('name');
    const part = { domain: name };
    const extensions = index.extensionsIn(name);
    const users = index.usersIn(name);
    const tokens = context.tokens.of(part);
    const sources = context.sources.of(part);
    const more = {
      extensions: extensions.length,
      users: users.length,
      tokens: tokens.length,
      sources: sources.length,
      subscriptions: context.subscriptions.count(part),
    };
    if (!cascade && Object.values(more).some((count) => count > 0)) {
      const remedy = 'Remove them first, or ask with cascade=true: they then go with it, its events stay.';
      return refused('in_use', 'name', 'the domain still has things in it', remedy, more);
    }
    // First, since they are kept elsewhere: cut short, the same request again does the rest.
    await context.subscriptions.remove(part, asking.author);
    const parts = removedParts(domain, extensions, users, tokens);
    const changes = [...parts, ...sources.map((one) => sourceChange(one, null)), changeOf(domain, null)];
    const change = {
      removed: {
        domains: [domain.id],
        extensions: extensions.map(({ id }) => id),
        users: users.map(({ id }) => id),
        tokens: tokens.map(({ number }) => number),
        sources: sources.map(({ number }) => number),
      },
    };
    await store.apply(change, audited(asking.author, clock, ...changes));
    index.apply(change);
    context.tokens.forget(tokens);
    context.sources.forget(sources);
    return { removed: true } as const;
  };

  return {
    get,
    list: (access, { after, limit }) => {
      if (access.domain !== '*') return onePage(get(access, access.domain), after);
      const found: Domain[] = [];
      for (const domain of index.domains.values()) {
        if (found.length >= limit) break;
        if (domain.id > after && mayAccessDomain(access, { reseller: domain.reseller, domain: '*' }))
          found.push(domain);
      }
      return found;
    },
    create: (asking, draft) => inTurn(() => create(asking, draft)),
    update: (asking, name, changes) =>
      inTurn(async () => {
        const before = get(asking.access, name);
        if (!before) return null;
        // They are reached from where Offhook stands, not from where a tenant does.
        if (changes.allowNetworks && !seesEverything(asking.access)) return outside('allowNetworks');
        const notTheirs = limitNotTheirs(asking.access, changes);
        if (notTheirs) return notTheirs;
        const domain = { ...changed(before, changes), updatedAt: nowText(clock) };
        return save(asking, before, domain);
      }),
    remove: (asking, name, cascade) => inTurn(() => remove(asking, name, cascade)),
  };
}

const onePage = (domain: Domain | null, after: number): readonly Domain[] =>
  domain && domain.id > after ? [domain] : [];

function changeOf(before: Domain | null, after: Domain | null): AuditedChange {
  const { name, reseller } = (after ?? before) as Domain;
  return changeAt({ reseller, domain: name }, 'domain', name, before, after);
}

function removedParts(
  { name, reseller }: Domain,
  extensions: readonly Extension[],
  users: readonly User[],
  tokens: readonly AccessToken[],
): AuditedChange[] {
  const scope = { reseller, domain: name };
  return [
    ...extensions.map((one) => changeAt({ ...scope, extension: one.number }, 'extension', String(one.id), one, null)),
    ...users.map((one) => changeAt({ ...scope, user: one.name }, 'user', String(one.id), one, null)),
    ...tokens.map((one) => tokenChange(one, null)),
  ];
}
