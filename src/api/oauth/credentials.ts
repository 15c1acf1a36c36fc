/** A request for a token, RFC 6749, 4.4: who asks, by id and secret in the form or in the Authorization header. */
import type { Fields } from '../bodies/read-fields.ts';

/** An error as RFC 6749, 5.2, has it. */
export interface OAuthError {
  readonly status: 400 | 401 | 429;
  readonly error: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'rate_limit_exceeded';
  readonly description: string;
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

type Read = { readonly credentials: Credentials } | { readonly refused: OAuthError };

const longestValue = 1_024;

const badRequest = (description: string): { readonly refused: OAuthError } => ({
  refused: { status: 400, error: 'invalid_request', description },
});

export const invalidClient: OAuthError = {
  status: 401,
  error: 'invalid_client',
  description:
    'Send as client_id the id of a token of Offhook, and as client_secret the token itself. It may have been revoked, rotated, or have expired.',
};

export function readCredentials(fields: Fields, authorization: string | undefined): Read {
  const values = new Map<string, string>();
  for (const name of ['grant_type', 'client_id', 'client_secret']) {
    const given = fields.get(name) ?? [];
    if (given.length > 1) return badRequest(`${name} is given twice.`);
    const [value = ''] = given;
    if (typeof value !== 'string') return badRequest(`${name} is no text.`);
    if (value.length > longestValue) return badRequest(`${name} is longer than ${longestValue} characters.`);
    values.set(name, value);
  }
  const grantType = values.get('grant_type');
  if (grantType === '') return badRequest('grant_type is missing. Send client_credentials.');
  if (grantType !== 'client_credentials') {
    const description = 'grant_type must be client_credentials.';
    return { refused: { status: 400, error: 'unsupported_grant_type', description } };
  }
  const inForm = { id: values.get('client_id') ?? '', secret: values.get('client_secret') ?? '' };
  const inHeader = basicIn(authorization);
  if (inHeader === null) return complete(inForm);
  const isBoth = inForm.secret !== '' || (inForm.id !== '' && inForm.id !== inHeader.id);
  return isBoth ? badRequest('Credentials are in the header and in the form.') : complete(inHeader);
}

function complete(credentials: Credentials): Read {
  return credentials.id === '' || credentials.secret === '' ? { refused: invalidClient } : { credentials };
}

/** Id and secret are encoded as in a form before they are joined (RFC 6749, 2.3.1); ours are the same either way. */
function basicIn(authorization: string | undefined): Credentials | null {
  const encoded = /^basic +([A-Za-z0-9+/_=-]{1,2048}) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? { id: text, secret: '' } : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
