/**
 * Grants: what a token gives out for a short time, and nobody has to keep. The text says whose it is, until when and what
 * for, and is signed with the server's key over the token's hashes as they stand. So it is dead at once when the token is
 * rotated or revoked, or when the key is another one; and no grant outlives its token.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccessToken } from '../model/access-token.ts';

export interface Grant {
  /** Public id of the token. */
  readonly tokenId: string;
  /** Milliseconds, a whole second. */
  readonly until: number;
  /** What it opens: all that the token opens where empty, else this one thing. */
  readonly purpose: string;
}

/** `og.TOKENID.UNTIL.PURPOSE.SIGNATURE`: seconds to the base of 36, base64url, hex. */
const shape = /^og\.([0-9a-f]{16})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{0,600})\.([0-9a-f]{64})$/;

/** 256 bits. */
export type GrantKey = Uint8Array;
type Hashes = Pick<AccessToken, 'hash' | 'previous'>;

/** @param used hash of the token's text as it was shown: the newest one, or the one before it in its grace */
export function grantText(key: GrantKey, grant: Grant, used: string, { hash }: Hashes): string {
  return `${head(grant)}.${signature(key, grant, used, hash).toString('hex')}`;
}

function head({ tokenId, until, purpose }: Grant): string {
  return ['og', tokenId, Math.floor(until / 1_000).toString(36), Buffer.from(purpose).toString('base64url')].join('.');
}

function signature(key: GrantKey, grant: Grant, used: string, current: string): Buffer {
  return createHmac('sha256', key)
    .update([head(grant), used, current].join('\n'))
    .digest();
}

/** What the text says of itself; null: it is no grant. Nothing of it holds before `isSigned`. */
export function readGrant(text: string): { readonly grant: Grant; readonly signature: Buffer } | null {
  const [, tokenId, until, purpose, signed] = shape.exec(text) ?? [];
  if (tokenId === undefined || until === undefined || purpose === undefined || signed === undefined) return null;
  const grant = {
    tokenId,
    until: Number.parseInt(until, 36) * 1_000,
    purpose: Buffer.from(purpose, 'base64url').toString(),
  };
  // One grant has one text: base64 may leave bits that nobody looks at.
  return text.startsWith(`${head(grant)}.`) ? { grant, signature: Buffer.from(signed, 'hex') } : null;
}

/** Like no hash of a token: signed with where there is none, so that it takes as long. */
const nobodys: Hashes = { hash: '', previous: { hash: '-', until: 0 } };

/**
 * Whether the signature holds now. Both hashes are tried whatever the first gives.
 * @param token null: there is none of this id (any more)
 */
export function isSigned(
  key: GrantKey,
  { grant, signature: given }: { readonly grant: Grant; readonly signature: Buffer },
  token: Hashes | null,
  now: number,
): boolean {
  const { hash, previous } = token ?? nobodys;
  const byNewest = timingSafeEqual(given, signature(key, grant, hash, hash));
  const byPrevious = timingSafeEqual(given, signature(key, grant, previous?.hash ?? '-', hash));
  const isInGrace = previous !== null && now < previous.until;
  return token !== null && (byNewest || (byPrevious && isInGrace));
}
