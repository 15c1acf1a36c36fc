/** What asks a token endpoint for a token. */
import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { ClientCredentials, JwtBearer, OAuth } from '../../subscriptions/subscription.ts';
import type { OutgoingRequest } from '../sender/sender.ts';
import { userAgent } from '../signing/notification-headers.ts';

/** An assertion is good for so long, seconds: enough for clocks that differ, and what Salesforce permits. */
const assertionSeconds = 180;
/** For the whole exchange with a token endpoint. */
const timeoutMs = 10_000;
/** A larger answer is none: tokens with many claims have a few kB. */
export const maxAnswerBytes = 32_768;

export interface TokenRequest {
  readonly request: OutgoingRequest;
  /** What must not come back in what an endpoint says went wrong. */
  readonly secrets: readonly string[];
}

/**
 * @param now wall clock, milliseconds
 * @param domain whose allowed networks apply
 * @throws Error where the private key can't be used; it was checked when the subscription was written
 */
export async function tokenRequest(auth: OAuth, domain: string, now: number, id: string): Promise<TokenRequest> {
  if (auth.kind === 'oauth2-client-credentials') return clientCredentials(auth, domain);
  const assertion = await signed(auth, now, id);
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  if (auth.scope !== null) form.set('scope', auth.scope);
  return { request: posted(auth.tokenUrl, form, domain), secrets: [assertion, ...assertion.split('.')] };
}

/** RFC 7523: who asks, for whom, of whom; used once. */
async function signed({ privateKey, keyId, issuer, subject, audience }: JwtBearer, now: number, id: string) {
  const seconds = Math.floor(now / 1000);
  const jwt = new SignJWT().setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== null && { kid: keyId }) });
  jwt.setIssuer(issuer).setSubject(subject).setAudience(audience).setJti(id);
  jwt.setIssuedAt(seconds).setExpirationTime(seconds + assertionSeconds);
  return jwt.sign(createPrivateKey(privateKey));
}

function clientCredentials(auth: ClientCredentials, domain: string): TokenRequest {
  const { clientId, clientSecret, parameters } = auth;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (auth.scope !== null) form.set('scope', auth.scope);
  if (auth.audience !== null) form.set('audience', auth.audience);
  for (const [name, value] of Object.entries(parameters)) form.set(name, value);
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
  const more = auth.clientAuth === 'basic' ? ['authorization', `Basic ${basic}`] : [];
  if (auth.clientAuth === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  const plain = [clientSecret, ...Object.values(parameters)];
  const secrets = [...plain, ...plain.map(formEncoded), basic].filter((secret) => secret.length > 0);
  return { request: posted(auth.tokenUrl, form, domain, more), secrets };
}

/** RFC 6749, 2.3.1: id and secret are form-encoded before they are joined by a colon. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function posted(url: string, form: URLSearchParams, domain: string, more: readonly string[] = []): OutgoingRequest {
  const type = 'application/x-www-form-urlencoded';
  const headers = ['user-agent', userAgent, 'accept', 'application/json', 'content-type', type, ...more];
  return {
    url,
    method: 'POST',
    headers,
    body: form.toString(),
    timeoutMs,
    domain,
    keepBytes: maxAnswerBytes,
    wholeAnswer: true,
  };
}
