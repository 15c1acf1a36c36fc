/** Secrets that are kept without being sent again: `{ "set": true }` stands for the one that is stored. */
import { parseTarget } from '../../delivery/sender/target.ts';
import type { EndpointAuth, EndpointTarget, Signing } from '../../subscriptions/subscription.ts';
import type { AuthInput, SecretInput } from '../contract/subscription.ts';
import type { Problem } from '../problems/problem.ts';

type Found<T> = { readonly value: T } | { readonly problem: Problem };

/** What is stored, and whether it may be kept. */
export interface StoredSecrets {
  readonly target: EndpointTarget | null;
  /** False: the URL leads to another origin now. A secret given for one receiver is not handed to another. */
  readonly mayKeep: boolean;
}

/** Of a URL that can't be sent to, the URL itself. */
export function originOf(url: string): string {
  const target = parseTarget(url);
  return target.kind === 'http' ? target.origin : url;
}

function secret(given: SecretInput, stored: string | undefined, mayKeep: boolean, field: string): Found<string> {
  if (typeof given === 'string') return { value: given };
  if (stored !== undefined && mayKeep) return { value: stored };
  const why =
    stored === undefined
      ? 'nothing is stored there to keep'
      : 'it was given for other addresses (endpoint.url, endpoint.auth.tokenUrl)';
  return {
    problem: { code: 'invalid_subscription', field, detail: `${field}: ${why}.`, remedy: 'Send the secret itself.' },
  };
}

export function authOf(given: AuthInput | undefined, { target, mayKeep }: StoredSecrets): Found<EndpointAuth> {
  const stored = target?.auth;
  const base = 'endpoint.auth';
  switch (given?.kind) {
    case undefined:
    case 'none':
      return { value: { kind: 'none' } };
    case 'basic': {
      const kept = stored?.kind === 'basic' ? stored.password : undefined;
      const password = secret(given.password, kept, mayKeep, `${base}.password`);
      if ('problem' in password) return password;
      return { value: { kind: 'basic', username: given.username, password: password.value } };
    }
    case 'bearer': {
      const token = secret(given.token, stored?.kind === 'bearer' ? stored.token : undefined, mayKeep, `${base}.token`);
      return 'problem' in token ? token : { value: { kind: 'bearer', token: token.value } };
    }
    case 'headers': {
      const headers = named(
        given.headers,
        stored?.kind === 'headers' ? stored.headers : {},
        mayKeep,
        `${base}.headers`,
      );
      return 'problem' in headers ? headers : { value: { kind: 'headers', headers: headers.value } };
    }
    case 'oauth2-client-credentials':
      return clientCredentials(given, stored, mayKeep);
    case 'oauth2-jwt-bearer': {
      const kept = stored?.kind === 'oauth2-jwt-bearer' ? stored : null;
      const isSame = mayKeep && leadsToSame(given.tokenUrl, kept);
      const privateKey = secret(given.privateKey, kept?.privateKey, isSame, `${base}.privateKey`);
      if ('problem' in privateKey) return privateKey;
      const { keyId = null, scope = null } = given;
      return { value: { ...given, privateKey: privateKey.value, keyId, scope } };
    }
    case 'mtls': {
      const kept = stored?.kind === 'mtls' ? stored.privateKey : undefined;
      const privateKey = secret(given.privateKey, kept, mayKeep, `${base}.privateKey`);
      if ('problem' in privateKey) return privateKey;
      return { value: { ...given, privateKey: privateKey.value, ca: given.ca ?? null } };
    }
  }
}

/** The secret goes to the token endpoint, or signs what goes there; the token to the receiver. */
function leadsToSame(tokenUrl: string, stored: { readonly tokenUrl: string } | null): boolean {
  return stored !== null && originOf(tokenUrl) === originOf(stored.tokenUrl);
}

function clientCredentials(
  given: AuthInput & { readonly kind: 'oauth2-client-credentials' },
  stored: EndpointAuth | undefined,
  mayKeep: boolean,
): Found<EndpointAuth> {
  const base = 'endpoint.auth';
  const kept = stored?.kind === 'oauth2-client-credentials' ? stored : null;
  const isSame = mayKeep && leadsToSame(given.tokenUrl, kept);
  const clientSecret = secret(given.clientSecret, kept?.clientSecret, isSame, `${base}.clientSecret`);
  if ('problem' in clientSecret) return clientSecret;
  const parameters = named(given.parameters ?? {}, kept?.parameters ?? {}, isSame, `${base}.parameters`);
  if ('problem' in parameters) return parameters;
  const { clientAuth = 'basic', scope = null, audience = null } = given;
  const secrets = { clientSecret: clientSecret.value, parameters: parameters.value };
  return { value: { ...given, ...secrets, clientAuth, scope, audience } };
}

function named(
  given: Readonly<Record<string, SecretInput>>,
  stored: Readonly<Record<string, string>>,
  mayKeep: boolean,
  field: string,
): Found<Record<string, string>> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const kept = Object.hasOwn(stored, name) ? stored[name] : undefined;
    const found = secret(value, kept, mayKeep, `${field}.${name.slice(0, 100)}`);
    if ('problem' in found) return found;
    values.set(name, found.value);
  }
  return { value: Object.fromEntries(values) };
}

export function signingOf(
  given: { readonly secrets: readonly SecretInput[] } | null | undefined,
  { target, mayKeep }: StoredSecrets,
): Found<Signing | null> {
  if (!given) return { value: null };
  const secrets: string[] = [];
  for (const [index, value] of given.secrets.entries()) {
    const found = secret(value, target?.signing?.secrets[index], mayKeep, `endpoint.signing.secrets[${index}]`);
    if ('problem' in found) return found;
    secrets.push(found.value);
  }
  return { value: { secrets } };
}
