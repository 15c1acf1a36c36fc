/** What must fit together of a connector that keeps registrations on another phone system. */
import type { ConnectorConfig } from './schema.ts';

interface Problem {
  /** Within the connector. */
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

export function registrationProblems(connector: ConnectorConfig): readonly Problem[] {
  if (connector.kind !== 'voipnow' && connector.kind !== 'ringme') return [];
  const { auth, token, url, publicUrl } = connector;
  return [...loginProblems(auth, token), ...plainProblems('url', url), ...plainProblems('publicUrl', publicUrl)];
}

function loginProblems(
  {
    clientId,
    clientSecret,
    tokenUrl,
  }: { clientId: string | null; clientSecret: string | null; tokenUrl: string | null },
  token: string | null,
): Problem[] {
  const isAny = clientId !== null || clientSecret !== null || tokenUrl !== null;
  const remedy = 'give auth.clientId and auth.clientSecret, or token alone';
  if (token !== null) return isAny ? [{ key: 'token', message: 'stands beside auth', remedy }] : [];
  if (clientId === null && clientSecret === null) return [{ key: 'auth', message: 'and token are missing', remedy }];
  if (clientId === null) return [{ key: 'auth.clientId', message: 'is missing beside auth.clientSecret', remedy }];
  if (clientSecret === null) return [{ key: 'auth.clientSecret', message: 'is missing beside auth.clientId', remedy }];
  return [];
}

/** Paths are put behind it. */
function plainProblems(key: string, text: string): Problem[] {
  const { search, hash } = new URL(text);
  if (search === '' && hash === '') return [];
  return [{ key, message: 'has a query or a fragment', remedy: 'leave out what follows the "?" or the "#"' }];
}
