import { mayAccessParticipants, type Access } from '../model/scope.ts';
import type { Domain, Extension, ExtensionType } from '../model/tenants.ts';
import { changeAt } from './audited-changes.ts';
import { type Asking, audited, changed, nowText, type TenantContext } from './context.ts';
import { keepingLimits, limitNotTheirs, limitWouldRise } from './event-limits.ts';
import { type Refused, refused } from './problem.ts';
import { domainFor, removeWithPart, type Removed } from './parts.ts';

export interface ExtensionDraft {
  readonly domain?: string | undefined;
  readonly number: string;
  readonly type?: ExtensionType | undefined;
  readonly prefix?: string | null | undefined;
  readonly displayName?: string | undefined;
  readonly users?: readonly string[] | undefined;
  readonly dids?: readonly string[] | undefined;
  readonly eventLimit?: number | null | undefined;
}
export type ExtensionChanges = Omit<ExtensionDraft, 'domain' | 'number'>;
type Result = { readonly extension: Extension } | Refused;

export interface ExtensionQuery {
  readonly domain?: string | undefined;
  readonly number?: string | undefined;
  readonly after: number;
  readonly limit: number;
}

export interface Extensions {
  /** By id, after the given one. */
  list(access: Access, query: ExtensionQuery): readonly Extension[];
  get(access: Access, id: number): Extension | null;
  /** Whether the domain has a record of this number, whoever asks. */
  isRecorded(domain: string, number: string): boolean;
  create(asking: Asking, draft: ExtensionDraft): Promise<Result>;
  update(asking: Asking, id: number, changes: ExtensionChanges): Promise<Result | null>;
  /** With `cascade` tokens and subscriptions of this extension alone go with it. */
  remove(asking: Asking, id: number, cascade: boolean): Promise<Removed>;
}

const mostInDomain = 20_000;

export function createExtensions(context: TenantContext): Extensions {
  const { index, store, clock, inTurn } = context;
  const isVisible = (access: Access, { domain, number }: Extension): boolean => {
    const reseller = index.domain(domain)?.reseller;
    if (reseller === undefined) return false;
    return mayAccessParticipants(access, { reseller, domain, users: [], extension: number, extensions: [] });
  };
  const get = (access: Access, id: number): Extension | null => {
    const extension = index.extensions.get(id);
    return extension && isVisible(access, extension) ? extension : null;
  };
  const unknownUser = (domain: string, users: readonly string[] = []): Refused | null => {
    const at = users.findIndex((name) => !index.user(domain, name));
    if (at < 0) return null;
    return refused('invalid', `users[${at}]`, 'there is no such user in the domain', 'Make the user first.');
  };
  const save = async (asking: Asking, owner: Domain, before: Extension | null, extension: Extension) => {
    const scope = { reseller: owner.reseller, domain: owner.name, extension: extension.number };
    const change = changeAt(scope, 'extension', String(extension.id), before, extension);
    return keepingLimits(context, owner, [{ before, after: extension, field: 'users' }], async () => {
      await store.apply({ extensions: [extension] }, audited(asking.author, clock, change));
      index.apply({ extensions: [extension] });
      return { extension };
    });
  };

  const create = async (asking: Asking, draft: ExtensionDraft): Promise<Result> => {
    const owner = domainFor(context, asking.access, draft.domain);
    if ('problem' in owner) return owner;
    const domain = owner.domain.name;
    const problem = limitNotTheirs(asking.access, draft) ?? unknownUser(domain, draft.users);
    if (problem) return problem;
    if (index.extension(domain, draft.number)) {
      return refused('taken', 'number', 'the domain has an extension of this number', 'Change that one instead.');
    }
    if (index.countIn('extensions', domain) >= mostInDomain) {
      return refused('full', 'number', `the domain has ${mostInDomain} extensions`, 'Remove those no longer needed.');
    }
    const now = nowText(clock);
    return save(asking, owner.domain, null, {
      id: await store.nextId('extension'),
      domain,
      number: draft.number,
      type: draft.type ?? 'phone',
      prefix: draft.prefix ?? null,
      displayName: draft.displayName ?? '',
      users: draft.users ?? [],
      dids: draft.dids ?? [],
      eventLimit: draft.eventLimit ?? null,
      createdAt: now,
      updatedAt: now,
    });
  };

  const update = async (asking: Asking, id: number, changes: ExtensionChanges): Promise<Result | null> => {
    const before = get(asking.access, id);
    const owner = before && index.domain(before.domain);
    if (!owner) return null;
    const problem = limitNotTheirs(asking.access, changes) ?? unknownUser(owner.name, changes.users);
    if (problem) return problem;
    return save(asking, owner, before, { ...changed(before, changes), updatedAt: nowText(clock) });
  };

  const remove = async (asking: Asking, id: number, cascade: boolean): Promise<Removed> => {
    const extension = get(asking.access, id);
    const owner = extension && index.domain(extension.domain);
    if (!owner) return null;
    const problem = limitWouldRise(index, asking.access, extension);
    if (problem) return problem;
    const part = { domain: owner.name, extension: extension.number };
    const scope = { ...part, reseller: owner.reseller };
    const change = changeAt(scope, 'extension', String(id), extension, null);
    return removeWithPart(context, asking, part, cascade, { removed: { extensions: [id] } }, [change]);
  };

  return {
    get,
    isRecorded: (domain, number) => index.extension(domain, number) !== null,
    list: (access, { domain, number, after, limit }) => {
      const only = domain ?? (access.domain === '*' ? null : access.domain);
      const all = only === null ? index.extensions.values() : index.extensionsIn(only);
      const found: Extension[] = [];
      for (const extension of all) {
        if (found.length >= limit) break;
        const isMeant = extension.id > after && (number === undefined || extension.number === number);
        if (isMeant && isVisible(access, extension)) found.push(extension);
      }
      return found;
    },
    create: (asking, draft) => inTurn(() => create(asking, draft)),
    update: (asking, id, changes) => inTurn(() => update(asking, id, changes)),
    remove: (asking, id, cascade) => inTurn(() => remove(asking, id, cascade)),
  };
}
