/** All tokens in memory: found by their public id, checked, and noted when used. It makes nothing durable. */
import type { AccessToken } from '../model/access-token.ts';
import type { StoredToken } from '../records/token-store.ts';
import type { Part } from './context.ts';
import { isOfPart } from './token-scope.ts';
import { hashToken, sameHash, tokenIdIn } from './token-text.ts';

const scopeKey = ({ reseller, domain, user, extension }: AccessToken['scope']): string =>
  [reseller, domain, user, extension].join('\u0000');

/** Compared with where there is no such token, so that it takes as long as where there is one. */
const nobody = '0'.repeat(64);

export class TokenBook {
  /** In order of their numbers. */
  readonly #tokens = new Map<string, AccessToken>();
  readonly #lastUsed = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  /** Ids of those used since `takeUses`. */
  readonly #used = new Set<string>();

  load(tokens: readonly StoredToken[]): void {
    for (const { lastUsedAt, ...token } of tokens) {
      this.put(token);
      if (lastUsedAt !== null) this.#lastUsed.set(token.id, lastUsedAt);
    }
  }

  get size(): number {
    return this.#tokens.size;
  }

  *all(): Generator<StoredToken> {
    for (const token of this.#tokens.values()) yield this.#shown(token);
  }

  get(id: string): StoredToken | null {
    const token = this.#tokens.get(id);
    return token ? this.#shown(token) : null;
  }

  /** Of exactly this scope. */
  countOf(scope: AccessToken['scope']): number {
    return this.#counts.get(scopeKey(scope)) ?? 0;
  }

  of(part: Part): readonly AccessToken[] {
    return [...this.#tokens.values()].filter((token) => isOfPart(token, part));
  }

  put(token: AccessToken): StoredToken {
    if (!this.#tokens.has(token.id)) this.#count(token, 1);
    this.#tokens.set(token.id, token);
    return this.#shown(token);
  }

  forget(tokens: readonly AccessToken[]): void {
    for (const token of tokens) {
      if (this.#tokens.delete(token.id)) this.#count(token, -1);
      this.#lastUsed.delete(token.id);
      this.#used.delete(token.id);
    }
  }

  /**
   * The token this is the text of, and whether it is still valid; null: nobody's. Two hashes are compared whatever is
   * found, each in constant time.
   */
  check(text: string, now: number): { readonly token: AccessToken; readonly isValid: boolean } | null {
    const id = tokenIdIn(text);
    if (id === null) return null;
    const token = this.#tokens.get(id);
    const hash = hashToken(text);
    const isCurrent = sameHash(hash, token?.hash ?? nobody);
    const isPrevious = sameHash(hash, token?.previous?.hash ?? nobody);
    if (!token || !(isCurrent || isPrevious)) return null;
    const isInGrace = isPrevious && now < (token.previous?.until ?? 0);
    return { token, isValid: (isCurrent || isInGrace) && !this.isExpired(token, now) };
  }

  isExpired({ expiresAt }: AccessToken, now: number): boolean {
    return expiresAt !== null && now >= expiresAt;
  }

  noteUse(token: AccessToken, now: number): void {
    this.#lastUsed.set(token.id, Math.round(now));
    this.#used.add(token.id);
  }

  /** When those were last used that were used since it was asked last. */
  takeUses(): { readonly number: number; readonly at: number }[] {
    const uses = [...this.#used].flatMap((id) => {
      const token = this.#tokens.get(id);
      const at = this.#lastUsed.get(id);
      return token && at !== undefined ? [{ number: token.number, at }] : [];
    });
    this.#used.clear();
    return uses;
  }

  #shown(token: AccessToken): StoredToken {
    return { ...token, lastUsedAt: this.#lastUsed.get(token.id) ?? null };
  }

  #count(token: AccessToken, by: 1 | -1): void {
    const key = scopeKey(token.scope);
    const count = (this.#counts.get(key) ?? 0) + by;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
