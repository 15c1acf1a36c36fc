import type { Domain, Extension, User } from '../model/tenants.ts';
import type { Alongside } from './alongside.ts';

/**
 * DirectoryStore: domains, extensions and users. Whoever asks about them holds them all; this port only makes them
 * durable. What belongs together changes together: a change is one transaction.
 *
 * Every driver passes `test/conformance/directory-store.ts`.
 */
export interface DirectoryRecords {
  /** Each in order of their ids. */
  readonly domains: readonly Domain[];
  readonly extensions: readonly Extension[];
  readonly users: readonly User[];
}

export interface DirectoryChange {
  /** New or replaced. */
  readonly domains?: readonly Domain[];
  readonly extensions?: readonly Extension[];
  readonly users?: readonly User[];
  /** By id; tokens and sources by number, as they go with whom they belonged to. */
  readonly removed?: {
    readonly domains?: readonly number[];
    readonly extensions?: readonly number[];
    readonly users?: readonly number[];
    readonly tokens?: readonly number[];
    readonly sources?: readonly number[];
  };
}

export interface DirectoryStore {
  load(): Promise<DirectoryRecords>;
  /** Never given out before, not even to what was deleted since. */
  nextId(of: 'domain' | 'extension' | 'user'): Promise<number>;
  /** @throws where a name or number is there already within its domain; nothing was changed then. */
  apply(change: DirectoryChange, alongside?: Alongside): Promise<void>;
}
