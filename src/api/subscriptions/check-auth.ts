/** Whether credentials can do what they are for. Nothing here repeats a value: it is a secret. */
import { parseTarget } from '../../delivery/sender/target.ts';
import { isHeaderName, isHeaderValue, reservedHeader } from '../../model/header-rules.ts';
import type { ClientCredentials, EndpointAuth, OAuth } from '../../subscriptions/subscription.ts';
import type { Problem } from '../problems/problem.ts';
import { certificatesProblem, rsaKeyProblem } from './certificates.ts';
import { wrong } from './reading.ts';

type Wrong = { readonly problem: Problem } | null;

/** What they are held against. */
export interface AuthContext {
  /** `endpoint.url` */
  readonly url: string;
  /** `endpoint.headers` */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was before: what has expired since it was given stands in the way of no other change. */
  readonly stored: EndpointAuth | undefined;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

export function checkAuth(auth: EndpointAuth, context: AuthContext): Wrong {
  switch (auth.kind) {
    case 'none':
      return null;
    case 'basic':
      if (!auth.username.includes(':')) return null;
      return wrong('endpoint.auth.username', 'A user name for basic authentication has no colon.');
    case 'bearer':
      if (/^[\x21-\x7e]+$/.test(auth.token)) return null;
      return wrong('endpoint.auth.token', 'The token has other characters than visible ASCII.');
    case 'headers':
      return checkHeaders(auth.headers);
    case 'oauth2-client-credentials':
      return checkOAuth(auth, context) ?? checkParameters(auth);
    case 'oauth2-jwt-bearer': {
      const problem = checkOAuth(auth, context);
      if (problem) return problem;
      const keyProblem = rsaKeyProblem(auth.privateKey);
      return keyProblem && wrong('endpoint.auth.privateKey', keyProblem.message, keyProblem.remedy);
    }
    case 'mtls': {
      if (!context.url.toLowerCase().startsWith('https:')) {
        return wrong('endpoint.url', 'A client certificate is shown over https only.', 'Use an https URL.');
      }
      const isNew = context.stored?.kind !== 'mtls' || context.stored.certificate !== auth.certificate;
      const problem = certificatesProblem(auth, isNew ? context.now : null);
      return problem && wrong(`endpoint.auth.${problem.field}`, problem.message, problem.remedy);
    }
  }
}

function checkHeaders(headers: Readonly<Record<string, string>>): Wrong {
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

/** RFC 6749, 3.3, and what vendors put in beside: visible characters with single spaces between. */
const scopeShape = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

function checkOAuth({ tokenUrl, scope }: OAuth, { headers }: AuthContext): Wrong {
  const field = 'endpoint.auth.tokenUrl';
  const target = parseTarget(tokenUrl);
  if (target.kind === 'bad') return wrong(field, `${field} is not right: ${target.problem}.`, 'Use an https URL.');
  if (target.kind === 'inbox') return wrong(field, 'An inbox gives no tokens.', 'Use an https URL.');
  if (/[\s\p{Cc}]/u.test(tokenUrl)) return wrong(field, `${field} has white space or control characters.`);
  if (target.url.hash !== '') return wrong(field, `${field} has a fragment.`, 'Leave out what follows the #.');
  if (scope !== null && !scopeShape.test(scope)) {
    return wrong('endpoint.auth.scope', 'The scope is no list of words with one space between.');
  }
  const taken = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (taken === undefined) return null;
  return wrong(`endpoint.headers.${taken}`, 'The token is sent in this header.', 'Leave it out.');
}

const ownParameters: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'assertion',
]);

function checkParameters({ parameters }: ClientCredentials): Wrong {
  const names = Object.keys(parameters);
  if (names.length > 20) return wrong('endpoint.auth.parameters', 'There may be 20 parameters at most.');
  for (const name of names) {
    const field = `endpoint.auth.parameters.${name.slice(0, 100)}`;
    if (!/^[\x21-\x7e]+$/.test(name)) return wrong(field, 'The name has other characters than visible ASCII.');
    if (ownParameters.has(name)) return wrong(field, 'This parameter is set by Offhook.', 'Use the field for it.');
  }
  return null;
}
