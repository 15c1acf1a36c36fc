/** Gives out grants to whoever has a token, and opens what they were given for. */
import type { Clock } from '../kit/clock.ts';
import type { AccessToken } from '../model/access-token.ts';
import { type Grant, type GrantKey, grantText, isSigned, readGrant } from './grants.ts';
import type { TokenBook } from './token-book.ts';
import { hashToken } from './token-text.ts';

export interface Granted {
  readonly text: string;
  /** Milliseconds. */
  readonly until: number;
}

export interface GrantDesk {
  /**
   * All that a token opens, for as long as asked but never longer than the text shown is valid.
   * @param id the token's; null: these are no credentials that are valid
   */
  exchange(id: string, tokenText: string, forMs: number): Granted | null;
  /** One thing, for whoever gets the text. Null: who asks has no token that was made here. */
  lend(tokenId: string, purpose: string, forMs: number): Granted | null;
  /** The token that stands behind it. Null: it is no grant, or not for this. `expired`: it was. */
  open(text: string, purpose: string): { readonly token: AccessToken; readonly until: number } | 'expired' | null;
}

/** For everything a token opens. */
export const wholeToken = '';

export function createGrantDesk(clock: Clock, book: TokenBook, key: GrantKey): GrantDesk {
  const give = (token: AccessToken, used: string, grant: Omit<Grant, 'tokenId'>): Granted => {
    const until = Math.floor(grant.until / 1_000) * 1_000;
    const whole = { ...grant, until, tokenId: token.id };
    return { text: grantText(key, whole, used, token), until };
  };
  const lastMoment = (token: AccessToken, wanted: number): number => Math.min(wanted, token.expiresAt ?? Infinity);
  return {
    exchange: (id, tokenText, forMs) => {
      const now = clock.now();
      const found = book.check(tokenText, now);
      if (!found?.isValid || found.token.id !== id) return null;
      const { token } = found;
      book.noteUse(token, now);
      const used = hashToken(tokenText);
      const textEnds = used === token.hash ? Infinity : (token.previous?.until ?? 0);
      return give(token, used, { purpose: wholeToken, until: Math.min(lastMoment(token, now + forMs), textEnds) });
    },
    lend: (tokenId, purpose, forMs) => {
      const token = book.get(tokenId);
      if (!token) return null;
      return give(token, token.hash, { purpose, until: lastMoment(token, clock.now() + forMs) });
    },
    open: (text, purpose) => {
      const read = readGrant(text);
      if (!read) return null;
      const now = clock.now();
      const token = book.get(read.grant.tokenId);
      if (!isSigned(key, read, token, now) || !token || read.grant.purpose !== purpose) return null;
      if (now >= read.grant.until || book.isExpired(token, now)) return 'expired';
      book.noteUse(token, now);
      return { token, until: read.grant.until };
    },
  };
}
