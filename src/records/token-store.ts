import type { AccessToken } from '../model/access-token.ts';
import type { Alongside } from './alongside.ts';

/**
 * TokenStore: tokens as hashes. Whoever checks tokens holds them all; this port only makes them durable.
 *
 * Every driver passes `test/conformance/token-store.ts`.
 */
export interface StoredToken extends AccessToken {
  /** Milliseconds, some minutes behind; null: never. */
  readonly lastUsedAt: number | null;
}

export interface TokenStore {
  /** In order of their numbers. */
  load(): Promise<readonly StoredToken[]>;
  /** Never given out before, not even to what was deleted since. */
  nextNumber(): Promise<number>;
  /** New or replaced; when it was last used stays. */
  put(token: AccessToken, alongside?: Alongside): Promise<void>;
  remove(number: number, alongside?: Alongside): Promise<void>;
  /** Notes when tokens were last used; those that are gone are passed over. */
  touch(uses: readonly { readonly number: number; readonly at: number }[]): Promise<void>;
}
