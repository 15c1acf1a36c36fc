import { createHash, timingSafeEqual } from 'node:crypto';

/** What is kept of a token: enough to know it again, not enough to use it. Tokens are long and random, so no salt. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares in time that tells nothing about where two hashes differ. */
export function tokenMatches(token: string, storedHash: string): boolean {
  const given = Buffer.from(hashToken(token), 'hex');
  const stored = Buffer.from(storedHash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}
