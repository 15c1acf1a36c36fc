/**
 * Standard Webhooks signatures, scheme v1: base64 of the HMAC-SHA256 over `id.timestamp.body`, where the body is the
 * bytes as they came. During a rotation the sender signs with two secrets, and the receiver may know several.
 *
 * Not the `standardwebhooks` package: it reads a body as UTF-8 text, so that different bytes can pass for the signed
 * ones, takes one secret and no `Uint8Array`, and has a fixed tolerance. The tests hold the two equal.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { systemClock } from '../kit/clock.ts';
import { secretBytes, secretProblem } from '../kit/signing-secret.ts';
import { headerOf, type RequestHeaders } from './headers.ts';
import { ReceiverProblem } from './problem.ts';

export interface VerifierOptions {
  /** `whsec_…`; during a rotation the old one and the new one, in any order. */
  readonly secrets: string | readonly string[];
  /** How old, or how far ahead, a signature may be, in seconds; 300 by default. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

export interface SignedRequest {
  readonly headers: RequestHeaders;
  /** As it came, before anything parsed it. Text is taken as UTF-8. */
  readonly body: string | Uint8Array;
}

/** What the headers say, before the body is known. */
export interface SignatureHeaders {
  /** `webhook-id`: the delivery, the same on every attempt. */
  readonly id: string;
  /** When this attempt was signed. */
  readonly signedAt: Date;
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

export interface Verifier {
  /** Reads the headers alone: what is missing or stale can be refused before the body is read. @throws ReceiverProblem */
  readHeaders(headers: RequestHeaders): SignatureHeaders;
  /** @throws ReceiverProblem `wrong_signature` */
  verifyBody(signed: SignatureHeaders, body: string | Uint8Array): void;
  /** Both. @throws ReceiverProblem */
  verify(request: SignedRequest): SignatureHeaders;
}

const defaultToleranceSeconds = 300;
/** Visible ASCII. A header sent twice comes joined by a comma and a space, and so is none. */
const idForm = /^[\x21-\x7e]{1,256}$/;
const timestampForm = /^[0-9]{1,12}$/;
const signatureForm = /^[a-z0-9]+,[A-Za-z0-9+/=]+(?: [a-z0-9]+,[A-Za-z0-9+/=]+)*$/;
const version = 'v1,';

/** Verifies one request. Where many come, `createVerifier` reads the secrets only once. @throws ReceiverProblem */
export function verify(request: SignedRequest, options: VerifierOptions): SignatureHeaders {
  return createVerifier(options).verify(request);
}

/** @throws TypeError where a secret is none, without repeating it */
export function createVerifier(options: VerifierOptions): Verifier {
  const { toleranceSeconds = defaultToleranceSeconds, now = () => systemClock.now() } = options;
  if (!(toleranceSeconds > 0)) throw new TypeError('toleranceSeconds must be a number above 0');
  const keys = keysOf(options.secrets);
  const readHeaders = (headers: RequestHeaders): SignatureHeaders => readSigned(headers, now(), toleranceSeconds);
  const verifyBody = (signed: SignatureHeaders, body: string | Uint8Array): void => {
    if (!isSigned(keys, signed, bodyBytes(body))) {
      throw new ReceiverProblem('wrong_signature', 'none of the signatures fits the secrets and the body');
    }
  };
  return {
    readHeaders,
    verifyBody,
    verify: ({ headers, body }) => {
      const signed = readHeaders(headers);
      verifyBody(signed, body);
      return signed;
    },
  };
}

function keysOf(secrets: string | readonly string[]): readonly Buffer[] {
  const list = typeof secrets === 'string' ? [secrets] : secrets;
  if (!Array.isArray(list) || list.length === 0) throw new TypeError('secrets must have at least one signing secret');
  return list.map((secret: unknown, index) => {
    const problem = typeof secret === 'string' ? secretProblem(secret) : 'a signing secret is text';
    if (problem !== null) throw new TypeError(`secrets[${index}]: ${problem}`);
    return secretBytes(secret as string);
  });
}

function readSigned(headers: RequestHeaders, nowMs: number, toleranceSeconds: number): SignatureHeaders {
  const id = wellFormed(headers, 'webhook-id', idForm);
  const timestamp = wellFormed(headers, 'webhook-timestamp', timestampForm);
  const signatures = wellFormed(headers, 'webhook-signature', signatureForm).split(' ');
  const signedAtMs = Number(timestamp) * 1000;
  const ageSeconds = Math.round((nowMs - signedAtMs) / 1000);
  if (Math.abs(ageSeconds) > toleranceSeconds) {
    const distance = ageSeconds > 0 ? `${ageSeconds} s ago` : `${-ageSeconds} s ahead of this clock`;
    const message = `signed ${distance}; at most ${toleranceSeconds} s are tolerated`;
    throw new ReceiverProblem('stale_timestamp', message, 'webhook-timestamp');
  }
  return { id, timestamp, signatures, signedAt: new Date(signedAtMs) };
}

function wellFormed(headers: RequestHeaders, name: string, form: RegExp): string {
  const value = headerOf(headers, name);
  if (value === null || value === '') throw new ReceiverProblem('missing_header', `${name} is missing`, name);
  if (!form.test(value)) throw new ReceiverProblem('malformed_header', `${name} is malformed`, name);
  return value;
}

function bodyBytes(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('give the raw body (string, Buffer or Uint8Array): what was parsed is no longer what was signed');
}

/** Every secret is tried with every signature, found or not, so that the time taken tells nothing. */
function isSigned(keys: readonly Buffer[], signed: SignatureHeaders, body: Uint8Array): boolean {
  const given = signed.signatures.filter((one) => one.startsWith(version)).map((one) => Buffer.from(one));
  let found = false;
  for (const key of keys) {
    const digest = createHmac('sha256', key).update(`${signed.id}.${signed.timestamp}.`).update(body).digest('base64');
    const expected = Buffer.from(version + digest);
    for (const one of given) found = sameBytes(one, expected) || found;
  }
  return found;
}

const sameBytes = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
