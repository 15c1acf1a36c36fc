import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import { checkCustomHeaders } from '../sender/headers.ts';

/** The headers by which a receiver knows us, lower-case names. Make them once per subscription, not per request. */
export function authHeaders(auth: EndpointAuth): Readonly<Record<string, string>> {
  switch (auth.kind) {
    case 'none':
      return {};
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'headers':
      return lowerCased(auth.headers);
  }
}

/** @returns what is wrong with it, without repeating a secret; null: it can be sent. */
export function authProblem(auth: EndpointAuth): { readonly field: string; readonly message: string } | null {
  if (auth.kind === 'basic' && auth.username.includes(':')) {
    return { field: 'username', message: 'a user name for basic authentication has no ":"' };
  }
  // RFC 6750: what a bearer token is made of.
  if (auth.kind === 'bearer' && !/^[A-Za-z0-9._~+/-]+=*$/.test(auth.token)) {
    return { field: 'token', message: 'a bearer token has letters, digits and -._~+/ with "=" only at its end' };
  }
  const problem = auth.kind === 'headers' ? checkCustomHeaders(auth.headers) : null;
  if (problem) return { field: `headers.${problem.header}`, message: `the header ${problem.message}` };
  return null;
}

export function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
