/**
 * Tokens: who may ask for what. All are held in memory, so that checking one costs two hashes and no look-up in the
 * store; changes are durable before they count. When a token was last used is kept here, and written once a minute.
 *
 * A token is **valid** from its making until it expires or is revoked. Rotation gives it another text; the one before
 * stays valid for a grace, at most until the token expires.
 */
import type { Clock } from '../kit/clock.ts';
import { mayAccessScope, type Access } from '../model/scope.ts';
import type { AccessToken } from '../model/access-token.ts';
import type { StoredToken, TokenStore } from '../records/token-store.ts';
import { tokenChange } from './audited-changes.ts';
import { type Asking, audited, type InTurn } from './context.ts';
import type { DomainNames } from './naming.ts';
import { type Refused, refused } from './problem.ts';
import type { TokenBook } from './token-book.ts';
import { scopeOf, type TokenScopeDraft } from './token-scope.ts';
import { hashToken, newTokenId, newTokenText } from './token-text.ts';

export interface TokenDraft extends TokenScopeDraft {
  readonly name: string;
  readonly notes?: string | undefined;
  /** Milliseconds; null: never. */
  readonly expiresAt: number | null;
}

export interface TokenChanges {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly expiresAt?: number | null | undefined;
}

/** A token with its text, which nobody will know later. */
export interface MadeToken {
  readonly token: StoredToken;
  readonly text: string;
}

export interface Tokens {
  /** By number, after the given one. */
  list(access: Access, page: { readonly after: number; readonly limit: number }): readonly StoredToken[];
  get(access: Access, id: string): StoredToken | null;
  create(asking: Asking, draft: TokenDraft): Promise<MadeToken | Refused>;
  update(asking: Asking, id: string, changes: TokenChanges): Promise<{ readonly token: StoredToken } | Refused | null>;
  /** @param graceMs how long the text before stays valid. */
  rotate(asking: Asking, id: string, graceMs: number): Promise<MadeToken | Refused | null>;
  /** False: there is no such token in the caller's scope. */
  revoke(asking: Asking, id: string): Promise<boolean>;
}

export interface TokensDeps {
  readonly clock: Clock;
  readonly store: TokenStore;
  readonly book: TokenBook;
  readonly names: DomainNames;
  readonly inTurn: InTurn;
}

/** Tokens of one reseller, domain, user or extension, and of all: so that no tenant can fill the memory. */
const mostOfOne = 500;
const mostOfAll = 100_000;

export function createTokens({ clock, store, book, names, inTurn }: TokensDeps): Tokens {
  const get = (access: Access, id: string): StoredToken | null => {
    const token = book.get(id);
    return token && mayAccessScope(access, token.scope) ? token : null;
  };
  const save = async (asking: Asking, before: AccessToken | null, token: AccessToken): Promise<StoredToken> => {
    await store.put(token, audited(asking.author, clock, tokenChange(before, token)));
    return book.put(token);
  };

  const create = async (asking: Asking, draft: TokenDraft): Promise<MadeToken | Refused> => {
    const scope = scopeOf(names, asking.access, draft);
    if ('problem' in scope) return scope;
    const late = outlives(asking, draft.expiresAt, clock);
    if (late) return late;
    if (book.countOf(scope.value) >= mostOfOne || book.size >= mostOfAll) {
      return refused('full', 'kind', 'there are as many tokens as there may be', 'Revoke those no longer needed.');
    }
    const id = newTokenId();
    const text = newTokenText(id);
    const token = await save(asking, null, {
      id,
      number: await store.nextNumber(),
      kind: draft.kind,
      scope: scope.value,
      name: draft.name,
      notes: draft.notes ?? '',
      hash: hashToken(text),
      previous: null,
      expiresAt: draft.expiresAt,
      createdAt: Math.round(clock.now()),
      createdBy: asking.author.name,
      rotatedAt: null,
    });
    return { token, text };
  };

  const update = async (asking: Asking, id: string, changes: TokenChanges) => {
    const before = get(asking.access, id);
    if (!before) return null;
    const expiresAt = changes.expiresAt === undefined ? before.expiresAt : changes.expiresAt;
    const late = changes.expiresAt === undefined ? null : outlives(asking, expiresAt, clock);
    if (late) return late;
    const { lastUsedAt: _lastUsedAt, ...token } = before;
    const name = changes.name ?? before.name;
    return { token: await save(asking, token, { ...token, name, notes: changes.notes ?? before.notes, expiresAt }) };
  };

  const rotate = async (asking: Asking, id: string, graceMs: number) => {
    const found = get(asking.access, id);
    if (!found) return null;
    const late = outlives(asking, found.expiresAt, clock);
    if (late) return late;
    const { lastUsedAt: _lastUsedAt, ...before } = found;
    const now = Math.round(clock.now());
    const text = newTokenText(id);
    const previous = graceMs > 0 ? { hash: before.hash, until: now + graceMs } : null;
    return { token: await save(asking, before, { ...before, hash: hashToken(text), previous, rotatedAt: now }), text };
  };

  const revoke = async (asking: Asking, id: string): Promise<boolean> => {
    const token = get(asking.access, id);
    if (!token) return false;
    await store.remove(token.number, audited(asking.author, clock, tokenChange(token, null)));
    book.forget([token]);
    return true;
  };

  return {
    get,
    list: (access, { after, limit }) => {
      const found: StoredToken[] = [];
      for (const token of book.all()) {
        if (found.length >= limit) break;
        if (token.number > after && mayAccessScope(access, token.scope)) found.push(token);
      }
      return found;
    },
    create: (asking, draft) => inTurn(() => create(asking, draft)),
    update: (asking, id, changes) => inTurn(() => update(asking, id, changes)),
    rotate: (asking, id, graceMs) => inTurn(() => rotate(asking, id, graceMs)),
    revoke: (asking, id) => inTurn(() => revoke(asking, id)),
  };
}

/** What expires must not leave behind what does not: it would be no end. */
function outlives({ expiresAt: own }: Asking, wanted: number | null, clock: Clock): Refused | null {
  if (wanted !== null && wanted <= clock.now()) {
    return refused('invalid', 'expiresAt', 'expiresAt is in the past', 'Give a later time, or null for never.');
  }
  if (own === null || (wanted !== null && wanted <= own)) return null;
  const remedy = `Give at most ${new Date(own).toISOString()}, when the token you use expires.`;
  return refused('outside', 'expiresAt', 'the token would be valid for longer than the one you use', remedy);
}
