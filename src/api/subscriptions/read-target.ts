import type { Dialect } from '../../dialects/dialect.ts';
import { checkCustomHeaders, isHeaderName, isHeaderValue, reservedHeader } from '../../model/header-rules.ts';
import type { TargetDraft } from '../../delivery/management.ts';
import { parseTarget } from '../../delivery/sender/target.ts';
import { secretProblem } from '../../kit/signing-secret.ts';
import type { EndpointAuth, EndpointTarget } from '../../subscriptions/subscription.ts';
import type { SubscriptionInput } from '../contract/subscription.ts';
import type { Problem } from '../problems/problem.ts';
import { type DraftContext, type Read, wrong } from './reading.ts';
import { authOf, signingOf, type StoredSecrets } from './secrets.ts';

export function readTarget(
  input: SubscriptionInput['endpoint'],
  dialect: Dialect,
  context: DraftContext,
): Read<TargetDraft> {
  const target = parseTarget(input.url);
  if (target.kind === 'bad') {
    return wrong('endpoint.url', `endpoint.url is not right: ${target.problem}.`, 'Use an http, https or inbox: URL.');
  }
  if (/[\s\p{Cc}]/u.test(input.url)) {
    return wrong('endpoint.url', 'endpoint.url has white space or control characters.', 'Write a space as %20.');
  }
  const headers = input.headers ?? {};
  const headerProblem = checkCustomHeaders(headers);
  if (headerProblem) {
    return wrong(`endpoint.headers.${headerProblem.header.slice(0, 100)}`, `This header ${headerProblem.message}.`);
  }
  const secrets = storedSecrets(input.url, context.stored);
  const auth = authOf(input.auth, secrets);
  if ('problem' in auth) return auth;
  const authProblem = checkAuth(auth.value);
  if (authProblem) return authProblem;
  const signing = signingOf(input.signing, secrets);
  if ('problem' in signing) return signing;
  for (const [index, secret] of (signing.value?.secrets ?? []).entries()) {
    const problem = secretProblem(secret);
    if (problem !== null) return wrong(`endpoint.signing.secrets[${index}]`, `${problem}.`);
  }
  return {
    value: {
      name: input.name ?? null,
      url: input.url,
      method: input.method ?? dialect.defaults.method,
      auth: auth.value,
      headers,
      timeoutMs: input.timeoutMs ?? context.timeoutMs,
      ...(input.maxInFlight !== undefined && { maxInFlight: input.maxInFlight }),
      ...(input.ratePerSecond !== undefined && { ratePerSecond: input.ratePerSecond }),
      signing: signing.value,
    },
  };
}

function storedSecrets(url: string, stored: EndpointTarget | null): StoredSecrets {
  return { target: stored, mayKeep: stored !== null && originOf(stored.url) === originOf(url) };
}

function originOf(url: string): string {
  const target = parseTarget(url);
  return target.kind === 'http' ? target.origin : url;
}

function checkAuth(auth: EndpointAuth): { readonly problem: Problem } | null {
  if (auth.kind === 'basic' && auth.username.includes(':')) {
    return wrong('endpoint.auth.username', 'A user name for basic authentication has no colon.');
  }
  if (auth.kind === 'bearer' && !/^[\x21-\x7e]+$/.test(auth.token)) {
    return wrong('endpoint.auth.token', 'The token has other characters than visible ASCII.');
  }
  return auth.kind === 'headers' ? checkAuthHeaders(auth.headers) : null;
}

/** Never repeats a value: it is a secret. */
function checkAuthHeaders(headers: Readonly<Record<string, string>>): { readonly problem: Problem } | null {
  const names = Object.keys(headers);
  if (names.length === 0 || names.length > 20) return wrong('endpoint.auth.headers', 'There must be 1 to 20 headers.');
  for (const name of names) {
    const field = `endpoint.auth.headers.${name.slice(0, 100)}`;
    if (!isHeaderName(name)) return wrong(field, `${JSON.stringify(name)} is no header name.`);
    const reserved = reservedHeader(name);
    if (reserved !== null) return wrong(field, `This header ${reserved} and cannot be set.`);
    if (!isHeaderValue(headers[name] as string)) return wrong(field, 'The value has characters a header cannot carry.');
  }
  return null;
}
