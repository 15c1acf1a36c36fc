/** The directory as a facade sees it: what the caller may see, as if there were nothing else. */
import type { RecordedExtension, ScopedDirectory } from '../../dialects/facade.ts';
import type { Access } from '../../model/scope.ts';
import type { Extension, User } from '../../model/tenants.ts';
import { usualReseller } from '../../tenants/naming.ts';
import type { Tenants } from '../../tenants/tenants.ts';

/** Of one number or name in all domains: nobody who sees more than these could mean one of them. */
const mostOfOneName = 50;
const pageSize = 1_000;

type Parts = Pick<Tenants, 'extensions' | 'users' | 'domains' | 'names'>;

export function directoryFor(access: Access, { extensions, users, domains, names }: Parts): ScopedDirectory {
  const whole = (extension: Extension): RecordedExtension => ({
    ...extension,
    reseller: names.ownerOf(extension.domain) ?? usualReseller,
  });
  const usersNamed = (name: string): readonly User[] => {
    const found: User[] = [];
    for (let after = 0; ; ) {
      const page = users.list(access, { after, limit: pageSize });
      found.push(...page.filter((user) => user.name === name));
      if (page.length < pageSize || found.length >= mostOfOneName) return found;
      after = page.at(-1)?.id ?? after;
    }
  };
  const ownDomain: ScopedDirectory['domain'] = () => {
    if (access.domain === '*') return onlyDomain();
    const own = access.reseller === '*' ? usualReseller : access.reseller;
    return { name: access.domain, reseller: names.ownerOf(access.domain) ?? own };
  };
  const onlyDomain: () => ReturnType<ScopedDirectory['domain']> = () => {
    const [one, ...more] = domains.list(access, { after: 0, limit: 2 });
    return one && more.length === 0 ? one : null;
  };
  return {
    withNumber: (number) => extensions.list(access, { number, after: 0, limit: mostOfOneName }).map(whole),
    byId: (id) => {
      const extension = extensions.get(access, id);
      return extension && whole(extension);
    },
    extensions: (after, limit) => extensions.list(access, { after, limit }).map(whole),
    users: (idOrName) => {
      const byId = /^[1-9]\d{0,14}$/.test(idOrName) ? users.get(access, Number(idOrName)) : null;
      return byId ? [byId] : usersNamed(idOrName);
    },
    domain: (id) => {
      if (id === null) return ownDomain(id);
      const [one] = domains.list(access, { after: id - 1, limit: 1 });
      return one?.id === id ? one : null;
    },
  };
}
