/**
 * What a token looks like: `oh_ID_SECRET`, 16 and 64 hex digits. The id is public and finds the record; the secret is
 * 256 random bits, so a plain hash of the whole needs no salt.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { secretHex } from '../kit/random.ts';

const shape = /^oh_([0-9a-f]{16})_[0-9a-f]{64}$/;

export const newTokenId = (): string => secretHex(8);
export const newTokenText = (id: string): string => `oh_${id}_${secretHex(32)}`;

/** The public id in a token's text; null: it is none of these. */
export function tokenIdIn(text: string): string | null {
  return shape.exec(text)?.[1] ?? null;
}

/** What is kept of a token: enough to know it again, not enough to use it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares in time that tells nothing about where two hashes differ. */
export function sameHash(one: string, other: string): boolean {
  const given = Buffer.from(one, 'hex');
  const stored = Buffer.from(other, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

export const tokenMatches = (token: string, storedHash: string): boolean => sameHash(hashToken(token), storedHash);
