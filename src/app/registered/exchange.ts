/** One request to a remote phone system's management API, over the sender: its limits, its address guard, its tokens. */
import type { ConnectorConfig } from '../../config/schema.ts';
import type { RemoteExchange } from '../../connectors/registered/patience.ts';
import type { Exchange, OutgoingRequest, Sender, SendFailure } from '../../delivery/sender/sender.ts';
import { userAgent } from '../../delivery/signing/notification-headers.ts';
import type { RemoteRequest } from '../../model/remote-registry.ts';
import type { ClientCredentials, EndpointAuth } from '../../subscriptions/subscription.ts';

export type RegistrarConfig = Extract<ConnectorConfig, { kind: 'voipnow' | 'ringme' }>;

/** Of an answer. The longest are lists of extensions, 500 at a time. */
export const maxAnswerBytes = 2_000_000;
const timeoutMs = 30_000;

const leftName = 'x-ratelimit-remaining';
const resetName = 'x-ratelimit-reset';

/** The base URL, without a slash at its end. */
export const baseOf = ({ url }: Pick<RegistrarConfig, 'url'>): string => url.replace(/\/+$/, '');

/** @param tokenPath where the vendor gives tokens, after the base URL */
export function remoteAuth(config: RegistrarConfig, tokenPath: string): EndpointAuth {
  const { auth, token } = config;
  if (token !== null) return { kind: 'bearer', token };
  const { clientId, clientSecret, tokenUrl } = auth;
  const credentials: ClientCredentials = {
    kind: 'oauth2-client-credentials',
    tokenUrl: tokenUrl ?? baseOf(config) + tokenPath,
    clientId: clientId ?? '',
    clientSecret: clientSecret ?? '',
    clientAuth: 'body',
    scope: null,
    audience: null,
    parameters: {},
  };
  return credentials;
}

interface ExchangeDeps {
  readonly sender: Sender;
  readonly base: string;
  /** The same object each time: by it the sender knows the token it has. */
  readonly auth: EndpointAuth;
  /** Whose allowed networks apply. */
  readonly domain: string;
}

export function exchangeWith(deps: ExchangeDeps) {
  return (request: RemoteRequest, signal?: AbortSignal): Promise<RemoteExchange> =>
    new Promise((resolve) => {
      deps.sender.send(outgoing(request, deps), (exchange) => resolve(told(exchange)), signal);
    });
}

function outgoing({ method, path, json }: RemoteRequest, { base, auth, domain }: ExchangeDeps): OutgoingRequest {
  const body = json === undefined ? null : JSON.stringify(json);
  const login = auth.kind === 'bearer' ? ['authorization', `Bearer ${auth.token}`] : [];
  const type = body === null ? [] : ['content-type', 'application/json'];
  return {
    url: base + path,
    method,
    headers: ['user-agent', userAgent, 'accept', 'application/json', ...type, ...login],
    body,
    timeoutMs,
    domain,
    auth,
    keepBytes: maxAnswerBytes,
    wholeAnswer: true,
    keepHeaders: [leftName, resetName],
  };
}

/** Where asking again changes nothing before somebody has changed a setting. */
const isFinal: ReadonlySet<SendFailure> = new Set(['refused_address', 'bad_url', 'response_too_large']);

function told(exchange: Exchange): RemoteExchange {
  if (exchange.kind === 'failed') {
    const { failure, message, credentialsRefused } = exchange;
    const trouble = failure === 'stopped' ? 'stopped' : credentialsRefused ? 'credentials' : 'unavailable';
    return { kind: 'failed', message, trouble, mayPass: trouble === 'unavailable' && !isFinal.has(failure) };
  }
  const { status, excerpt, retryAfterMs, headers = {} } = exchange;
  const left = wholeNumber(headers[leftName]);
  const seconds = wholeNumber(headers[resetName]);
  return {
    kind: 'answered',
    status,
    body: excerpt,
    retryAfterMs,
    left,
    leftResetMs: seconds === null ? null : seconds * 1_000,
  };
}

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
