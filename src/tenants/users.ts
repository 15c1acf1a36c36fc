import { mayAccessDomain, type Access } from '../model/scope.ts';
import type { Domain, Extension, User } from '../model/tenants.ts';
import { changeAt } from './audited-changes.ts';
import { keepingLimits } from './event-limits.ts';
import { type Asking, audited, nowText, type TenantContext } from './context.ts';
import { domainFor, removeWithPart, type Removed } from './parts.ts';
import { type Refused, refused } from './problem.ts';

/** A user with the numbers of their extensions, which are kept with the extensions. */
export interface UserWithExtensions extends User {
  readonly extensions: readonly string[];
}

export interface UserDraft {
  readonly domain?: string | undefined;
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly extensions?: readonly string[] | undefined;
}
export type UserChanges = Omit<UserDraft, 'domain' | 'name'>;
type Result = { readonly user: UserWithExtensions } | Refused;

export interface Users {
  /** By id, after the given one. */
  list(
    access: Access,
    query: { readonly domain?: string | undefined; readonly after: number; readonly limit: number },
  ): readonly UserWithExtensions[];
  get(access: Access, id: number): UserWithExtensions | null;
  create(asking: Asking, draft: UserDraft): Promise<Result>;
  update(asking: Asking, id: number, changes: UserChanges): Promise<Result | null>;
  /** With `cascade` their tokens and subscriptions go with them; their extensions stay, and are nobody's or others'. */
  remove(asking: Asking, id: number, cascade: boolean): Promise<Removed>;
}

const mostInDomain = 20_000;

export function createUsers(context: TenantContext): Users {
  const { index, store, clock, inTurn } = context;
  const whole = (user: User): UserWithExtensions => ({ ...user, extensions: index.ownedBy(user.domain, user.name) });
  const isVisible = (access: Access, { domain, name }: User): boolean => {
    const reseller = index.domain(domain)?.reseller;
    if (reseller === undefined || access.extension !== '*') return false;
    return mayAccessDomain(access, { reseller, domain }) && (access.user === '*' || access.user === name);
  };
  const get = (access: Access, id: number): User | null => {
    const user = index.users.get(id);
    return user && isVisible(access, user) ? user : null;
  };
  const unknownExtension = (domain: string, numbers: readonly string[] = []): Refused | null => {
    const at = numbers.findIndex((number) => !index.extension(domain, number));
    if (at < 0) return null;
    const remedy = 'Make the extension first.';
    return refused('invalid', `extensions[${at}]`, 'there is no such extension in the domain', remedy);
  };
  const save = async (
    asking: Asking,
    owner: Domain,
    before: UserWithExtensions | null,
    user: User,
    numbers: readonly string[] | undefined,
  ): Promise<Result> => {
    const extensions = numbers ? reowned(context, user, numbers) : [];
    const after = { ...user, extensions: numbers ?? before?.extensions ?? [] };
    const scope = { reseller: owner.reseller, domain: owner.name, user: user.name };
    const change = changeAt(scope, 'user', String(user.id), before, after);
    const changes = extensions.map((one) => ({
      before: index.extension(owner.name, one.number),
      after: one,
      field: `extensions[${numbers?.indexOf(one.number)}]`,
    }));
    return keepingLimits(context, owner, changes, async () => {
      await store.apply({ users: [user], extensions }, audited(asking.author, clock, change));
      index.apply({ users: [user], extensions });
      return { user: whole(user) };
    });
  };

  const create = async (asking: Asking, draft: UserDraft): Promise<Result> => {
    const owner = domainFor(context, asking.access, draft.domain);
    if ('problem' in owner) return owner;
    const domain = owner.domain.name;
    const problem = unknownExtension(domain, draft.extensions);
    if (problem) return problem;
    if (index.user(domain, draft.name)) {
      return refused('taken', 'name', 'the domain has a user of this name', 'Change that one instead.');
    }
    if (index.countIn('users', domain) >= mostInDomain) {
      return refused('full', 'name', `the domain has ${mostInDomain} users`, 'Remove those no longer needed.');
    }
    const now = nowText(clock);
    const id = await store.nextId('user');
    const user = { id, domain, name: draft.name, displayName: draft.displayName ?? '', createdAt: now, updatedAt: now };
    return save(asking, owner.domain, null, user, draft.extensions);
  };

  const update = async (asking: Asking, id: number, changes: UserChanges): Promise<Result | null> => {
    const before = get(asking.access, id);
    const owner = before && index.domain(before.domain);
    if (!owner) return null;
    const problem = unknownExtension(owner.name, changes.extensions);
    if (problem) return problem;
    const displayName = changes.displayName ?? before.displayName;
    return save(
      asking,
      owner,
      whole(before),
      { ...before, displayName, updatedAt: nowText(clock) },
      changes.extensions,
    );
  };

  const remove = async (asking: Asking, id: number, cascade: boolean): Promise<Removed> => {
    const user = get(asking.access, id);
    const owner = user && index.domain(user.domain);
    if (!owner) return null;
    const part = { domain: owner.name, user: user.name };
    const change = changeAt({ ...part, reseller: owner.reseller }, 'user', String(id), whole(user), null);
    const extensions = reowned(context, user, []);
    return removeWithPart(context, asking, part, cascade, { extensions, removed: { users: [id] } }, [change]);
  };

  return {
    get: (access, id) => {
      const user = get(access, id);
      return user && whole(user);
    },
    list: (access, { domain, after, limit }) => {
      const only = domain ?? (access.domain === '*' ? null : access.domain);
      const found: UserWithExtensions[] = [];
      for (const user of only === null ? index.users.values() : index.usersIn(only)) {
        if (found.length >= limit) break;
        if (user.id > after && isVisible(access, user)) found.push(whole(user));
      }
      return found;
    },
    create: (asking, draft) => inTurn(() => create(asking, draft)),
    update: (asking, id, changes) => inTurn(() => update(asking, id, changes)),
    remove: (asking, id, cascade) => inTurn(() => remove(asking, id, cascade)),
  };
}

/** The extensions that change when these, and no others, are to be the user's. */
function reowned({ index, clock }: TenantContext, user: User, numbers: readonly string[]): Extension[] {
  const wanted = new Set(numbers);
  const now = index.ownedBy(user.domain, user.name);
  const gone = now.filter((number) => !wanted.has(number));
  const come = [...wanted].filter((number) => !now.includes(number));
  const updatedAt = nowText(clock);
  return [...gone, ...come].flatMap((number) => {
    const extension = index.extension(user.domain, number);
    if (!extension) return [];
    const others = extension.users.filter((name) => name !== user.name);
    return [{ ...extension, users: wanted.has(number) ? [...others, user.name] : others, updatedAt }];
  });
}
