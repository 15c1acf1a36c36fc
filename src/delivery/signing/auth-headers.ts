import type { EndpointAuth } from '../../subscriptions/subscription.ts';

/**
 * The headers by which a receiver knows us, lower-case names. Make them once per subscription, not per request. A token
 * that has to be asked for comes later, from `credentials/`; a certificate is shown by the connection.
 */
export function authHeaders(auth: EndpointAuth): Readonly<Record<string, string>> {
  switch (auth.kind) {
    case 'none':
    case 'oauth2-client-credentials':
    case 'oauth2-jwt-bearer':
    case 'mtls':
      return {};
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'headers':
      return lowerCased(auth.headers);
  }
}

export function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
