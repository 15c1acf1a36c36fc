import type { Dialect } from '../../dialects/dialect.ts';
import { checkCustomHeaders } from '../../model/header-rules.ts';
import type { TargetDraft } from '../../delivery/management.ts';
import { parseTarget } from '../../delivery/sender/target.ts';
import { secretProblem } from '../../kit/signing-secret.ts';
import type { EndpointTarget } from '../../subscriptions/subscription.ts';
import type { SubscriptionInput } from '../contract/subscription.ts';
import { checkAuth } from './check-auth.ts';
import { type DraftContext, type Read, wrong } from './reading.ts';
import { authOf, originOf, signingOf, type StoredSecrets } from './secrets.ts';

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
  const authProblem = checkAuth(auth.value, {
    url: input.url,
    headers,
    stored: context.stored?.auth,
    now: context.now,
  });
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
