/** Certificates and keys as PEM: what is wrong with them when they are given, and when they expire. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { EndpointAuth, MutualTls } from '../../subscriptions/subscription.ts';
import type { SubscriptionView } from '../contract/subscription.ts';

export interface PemProblem {
  readonly message: string;
  readonly remedy: string;
}

const day = 86_400_000;
const soonMs = 30 * day;
const mostCertificates = 20;
const onePem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const asPem = 'Send it as PEM, from -----BEGIN CERTIFICATE----- on; in JSON its line breaks are \\n.';
const dateOf = (date: Date): string => date.toISOString().slice(0, 10);

type Parsed<T> = { readonly value: T } | { readonly problem: PemProblem };

function certificatesOf(pem: string): Parsed<readonly [X509Certificate, ...X509Certificate[]]> {
  const texts = pem.match(onePem) ?? [];
  if (texts.length > mostCertificates) {
    return {
      problem: { message: `There are more than ${mostCertificates} certificates.`, remedy: 'Send those it needs.' },
    };
  }
  try {
    const [first, ...others] = texts.map((text) => new X509Certificate(text));
    if (first) return { value: [first, ...others] };
  } catch {
    // Said below: OpenSSL's words are of no help here.
  }
  return { problem: { message: 'This is no certificate that can be read.', remedy: asPem } };
}

function keyOf(pem: string): Parsed<KeyObject> {
  if (pem.includes('ENCRYPTED')) {
    const remedy = 'Send it without one (openssl pkey -in key.pem); Offhook encrypts what it keeps.';
    return { problem: { message: 'The private key has a passphrase.', remedy } };
  }
  try {
    return { value: createPrivateKey(pem) };
  } catch {
    const remedy = 'Send it as PEM, from -----BEGIN PRIVATE KEY----- on; in JSON its line breaks are \\n.';
    return { problem: { message: 'This is no private key that can be read.', remedy } };
  }
}

/** For RS256. */
export function rsaKeyProblem(pem: string): PemProblem | null {
  const key = keyOf(pem);
  if ('problem' in key) return key.problem;
  const { asymmetricKeyType, asymmetricKeyDetails } = key.value;
  const remedy = 'Use an RSA key of 2048 bits or more: the token is asked for with RS256.';
  if (asymmetricKeyType !== 'rsa') return { message: 'The private key is no RSA key.', remedy };
  return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? null : { message: 'The RSA key is too short.', remedy };
}

type Fields = PemProblem & { readonly field: 'certificate' | 'privateKey' | 'ca' };

/** @param now wall clock, milliseconds; null: that they have expired is no matter */
export function certificatesProblem({ certificate, privateKey, ca }: MutualTls, now: number | null): Fields | null {
  const chain = certificatesOf(certificate);
  if ('problem' in chain) return { field: 'certificate', ...chain.problem };
  const key = keyOf(privateKey);
  if ('problem' in key) return { field: 'privateKey', ...key.problem };
  const [leaf] = chain.value;
  if (!leaf.checkPrivateKey(key.value)) {
    const remedy = 'Send the key the certificate was made for; of several certificates the client’s own comes first.';
    return { field: 'privateKey', message: 'The private key does not belong to the certificate.', remedy };
  }
  const dated = now === null ? null : datesProblem(leaf, now);
  if (dated) return { field: 'certificate', ...dated };
  const authorities = ca === null ? null : certificatesOf(ca);
  if (authorities && 'problem' in authorities) return { field: 'ca', ...authorities.problem };
  return contextProblem({ cert: certificate, key: privateKey, ...(ca !== null && { ca }) });
}

function datesProblem({ validFromDate, validToDate }: X509Certificate, now: number): PemProblem | null {
  if (validToDate.getTime() <= now) {
    return { message: `The certificate expired on ${dateOf(validToDate)}.`, remedy: 'Send a renewed one.' };
  }
  if (validFromDate.getTime() <= now) return null;
  const remedy = 'Send one that is valid now, or check the clock of this machine.';
  return { message: `The certificate is valid from ${dateOf(validFromDate)} only.`, remedy };
}

/** What OpenSSL finds: a key that is too short for its security level, say. */
function contextProblem(options: Parameters<typeof createSecureContext>[0]): Fields | null {
  try {
    createSecureContext(options);
    return null;
  } catch (error) {
    const { reason } = error as { readonly reason?: unknown };
    const why = typeof reason === 'string' ? ` (${reason})` : '';
    const remedy = 'Have it issued anew, with an RSA key of 2048 bits or more, or on the curve P-256.';
    return { field: 'certificate', message: `TLS can't use the certificate with its key${why}.`, remedy };
  }
}

/** When the first certificate of a chain that expires does. Reading one takes 0.1 ms, and lists show hundreds. */
const expiries = new WeakMap<MutualTls, number | null>();

function expiryOf(auth: MutualTls): number | null {
  let expiry = expiries.get(auth);
  if (expiry === undefined) {
    const chain = certificatesOf(auth.certificate);
    expiry = 'value' in chain ? Math.min(...chain.value.map(({ validToDate }) => validToDate.getTime())) : null;
    expiries.set(auth, expiry);
  }
  return expiry;
}

type CertificateWarning = SubscriptionView['warnings'][number] & { readonly at: string };

export function certificateWarnings(auth: EndpointAuth, now: number): CertificateWarning[] {
  const until = auth.kind === 'mtls' ? expiryOf(auth) : null;
  if (until === null || until - now > soonMs) return [];
  const at = new Date(until).toISOString();
  const field = 'endpoint.auth.certificate';
  const remedy = 'Send a renewed one, with its key, by PATCH.';
  if (until <= now) return [{ code: 'certificate_expired', field, at, detail: `It expired on ${at}. ${remedy}` }];
  const days = Math.floor((until - now) / day);
  const detail = `It expires ${days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`}, at ${at}. ${remedy}`;
  return [{ code: 'certificate_expires_soon', field, at, detail }];
}
