/** Secrets that are kept without being sent again: `{ "set": true }` stands for the one that is stored. */
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

function secret(given: SecretInput, stored: string | undefined, mayKeep: boolean, field: string): Found<string> {
  if (typeof given === 'string') return { value: given };
  if (stored !== undefined && mayKeep) return { value: stored };
  const why = stored === undefined ? 'nothing is stored there to keep' : 'the URL now leads to another receiver';
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
    case 'headers':
      return headerAuth(given.headers, stored?.kind === 'headers' ? stored.headers : {}, mayKeep);
  }
}

function headerAuth(
  given: Readonly<Record<string, SecretInput>>,
  stored: Readonly<Record<string, string>>,
  mayKeep: boolean,
): Found<EndpointAuth> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const kept = Object.hasOwn(stored, name) ? stored[name] : undefined;
    const found = secret(value, kept, mayKeep, `endpoint.auth.headers.${name}`);
    if ('problem' in found) return found;
    headers.set(name, found.value);
  }
  return { value: { kind: 'headers', headers: Object.fromEntries(headers) } };
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
