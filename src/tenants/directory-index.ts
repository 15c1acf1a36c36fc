/** Domains, extensions and users in memory, by what they are found by. Pure: it makes nothing durable. */
import type { Domain, Extension, User } from '../model/tenants.ts';
import type { DirectoryChange, DirectoryRecords } from '../records/directory-store.ts';

const none: readonly string[] = [];
const keyOf = (domain: string, name: string): string => `${domain}\u0000${name}`;

export class DirectoryIndex {
  readonly domains = new Map<number, Domain>();
  readonly extensions = new Map<number, Extension>();
  readonly users = new Map<number, User>();
  readonly #domainNames = new Map<string, Domain>();
  readonly #numbers = new Map<string, Extension>();
  readonly #userNames = new Map<string, User>();
  /** Numbers of a user's extensions. */
  readonly #owned = new Map<string, readonly string[]>();
  readonly #extensionIds = new Map<string, Set<number>>();
  readonly #userIds = new Map<string, Set<number>>();
  readonly #listeners = new Set<() => void>();

  load({ domains, extensions, users }: DirectoryRecords): void {
    this.apply({ domains, extensions, users });
  }

  domain(name: string): Domain | null {
    return this.#domainNames.get(name) ?? null;
  }

  extension(domain: string, number: string): Extension | null {
    return this.#numbers.get(keyOf(domain, number)) ?? null;
  }

  user(domain: string, name: string): User | null {
    return this.#userNames.get(keyOf(domain, name)) ?? null;
  }

  /** Numbers of the extensions a user owns; the same array until it changes. */
  ownedBy(domain: string, user: string): readonly string[] {
    return this.#owned.get(keyOf(domain, user)) ?? none;
  }

  extensionsIn(domain: string): readonly Extension[] {
    return [...(this.#extensionIds.get(domain) ?? [])].map((id) => this.extensions.get(id) as Extension);
  }

  usersIn(domain: string): readonly User[] {
    return [...(this.#userIds.get(domain) ?? [])].map((id) => this.users.get(id) as User);
  }

  countIn(kind: 'extensions' | 'users', domain: string): number {
    return (kind === 'extensions' ? this.#extensionIds : this.#userIds).get(domain)?.size ?? 0;
  }

  apply({ domains = [], extensions = [], users = [], removed = {} }: DirectoryChange): void {
    for (const id of removed.extensions ?? []) this.#dropExtension(id);
    for (const id of removed.users ?? []) this.#dropUser(id);
    for (const id of removed.domains ?? []) this.#dropDomain(id);
    for (const domain of domains) {
      this.domains.set(domain.id, domain);
      this.#domainNames.set(domain.name, domain);
    }
    for (const user of users) {
      this.users.set(user.id, user);
      this.#userNames.set(keyOf(user.domain, user.name), user);
      add(this.#userIds, user.domain, user.id);
    }
    for (const extension of extensions) this.#putExtension(extension);
    for (const listener of this.#listeners) listener();
  }

  /** Called after every change; gives what ends it. */
  onChanged(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #putExtension(extension: Extension): void {
    const { id, domain, number, users } = extension;
    const known = this.extensions.get(id);
    if (known) this.#disown(known);
    this.extensions.set(id, extension);
    this.#numbers.set(keyOf(domain, number), extension);
    add(this.#extensionIds, domain, id);
    for (const user of users) {
      const key = keyOf(domain, user);
      this.#owned.set(key, [...(this.#owned.get(key) ?? none), number]);
    }
  }

  #dropExtension(id: number): void {
    const known = this.extensions.get(id);
    if (!known) return;
    this.extensions.delete(id);
    this.#numbers.delete(keyOf(known.domain, known.number));
    take(this.#extensionIds, known.domain, id);
    this.#disown(known);
  }

  #disown({ domain, number, users }: Extension): void {
    for (const user of users) {
      const key = keyOf(domain, user);
      const left = (this.#owned.get(key) ?? none).filter((other) => other !== number);
      if (left.length > 0) this.#owned.set(key, left);
      else this.#owned.delete(key);
    }
  }

  #dropUser(id: number): void {
    const known = this.users.get(id);
    if (!known) return;
    this.users.delete(id);
    this.#userNames.delete(keyOf(known.domain, known.name));
    take(this.#userIds, known.domain, id);
  }

  #dropDomain(id: number): void {
    const known = this.domains.get(id);
    if (!known) return;
    this.domains.delete(id);
    this.#domainNames.delete(known.name);
  }
}

function add(sets: Map<string, Set<number>>, key: string, id: number): void {
  const set = sets.get(key);
  if (set) set.add(id);
  else sets.set(key, new Set([id]));
}

function take(sets: Map<string, Set<number>>, key: string, id: number): void {
  const set = sets.get(key);
  set?.delete(id);
  if (set?.size === 0) sets.delete(key);
}
