/** Standard Webhooks secrets: `whsec_` and the base64 of 24 to 64 bytes. */
import { randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const minBytes = 24;
const maxBytes = 64;
const newBytes = 32;
/** Strict, because base64 decoders skip what they do not know: a mistyped secret would sign, and verify nowhere. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A new secret from the system's cryptographic generator. */
export function newSigningSecret(): string {
  return prefix + randomBytes(newBytes).toString('base64');
}

/** @returns what is wrong with it, without repeating it; null: it can sign. */
export function secretProblem(secret: string): string | null {
  if (!secret.startsWith(prefix)) return `a signing secret begins with "${prefix}"`;
  const text = secret.slice(prefix.length);
  if (!base64.test(text)) return `after "${prefix}" a signing secret is base64, with its padding`;
  const bytes = Buffer.byteLength(text, 'base64');
  if (bytes < minBytes || bytes > maxBytes)
    return `a signing secret has ${minBytes} to ${maxBytes} bytes, this has ${bytes}`;
  return null;
}

/** @throws Error that does not repeat the secret, where it is not one. */
export function secretBytes(secret: string): Buffer {
  const problem = secretProblem(secret);
  if (problem !== null) throw new Error(problem);
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
