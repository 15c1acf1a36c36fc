/**
 * Standard Webhooks signatures, scheme v1: HMAC-SHA256 over `id.timestamp.body`. During rotation both secrets sign,
 * newest first, and the receiver accepts whichever it knows.
 */
import type { HeaderList } from '../sender/headers.ts';
import { createHmacKey } from './hmac.ts';
import { secretBytes, secretProblem } from '../../kit/signing-secret.ts';

export interface Signer {
  /**
   * The headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
   * @param id the same on every attempt, so that a receiver can tell a repeat; header characters only
   * @param nowMs when this attempt is made: receivers refuse old timestamps
   */
  sign(id: string, nowMs: number, body: string | Uint8Array | null): HeaderList;
}

/** One secret, or two while one replaces the other. */
const maxSecrets = 2;

/** @returns what is wrong with them, for the one who takes them in; null: they can sign. */
export function signingProblem(
  secrets: readonly string[],
): { readonly index: number; readonly message: string } | null {
  if (secrets.length === 0 || secrets.length > maxSecrets) {
    return { index: 0, message: 'signing needs one secret, or two during rotation, newest first' };
  }
  const problems = secrets.map(secretProblem);
  const index = problems.findIndex((problem) => problem !== null);
  return index === -1 ? null : { index, message: problems[index] ?? '' };
}

/** Reads the secrets once; keep the signer as long as the subscription has them. @throws Error where one is not a secret. */
export function createSigner(secrets: readonly string[]): Signer {
  const problem = signingProblem(secrets);
  if (problem) throw new Error(problem.message);
  const keys = secrets.map((secret) => createHmacKey(secretBytes(secret)));
  return {
    sign: (id, nowMs, body) => {
      const timestamp = String(Math.floor(nowMs / 1000));
      const head = `${id}.${timestamp}.`;
      let signatures = '';
      for (const key of keys) signatures += `${signatures === '' ? '' : ' '}v1,${key.digest(head, body ?? '')}`;
      return ['webhook-id', id, 'webhook-timestamp', timestamp, 'webhook-signature', signatures];
    },
  };
}
