/** What a token endpoint answered: a token, or why there is none, in words that repeat no secret. */
import type { Exchange } from '../sender/sender.ts';
import { maxAnswerBytes } from './token-request.ts';

export interface Token {
  readonly token: string;
  /** Milliseconds it is good for; null: the endpoint did not say. */
  readonly lifetimeMs: number | null;
}

export interface NoToken {
  readonly problem: string;
  /** The endpoint is there and will not have the credentials, or says something that is no token. */
  readonly refused: boolean;
  /** The sender was closed: nothing is known. */
  readonly stopped: boolean;
  /** Milliseconds the endpoint asked to wait; null where it did not. */
  readonly retryAfterMs: number | null;
}

const tokenShape = /^[\x21-\x7e]+$/;
/** Servers refuse heads of more than 8 to 16 kB. */
const longestToken = 12_288;
const longestLifetimeMs = 30 * 86_400_000;

const none = (problem: string, refused: boolean, retryAfterMs: number | null = null): NoToken => ({
  problem,
  refused,
  stopped: false,
  retryAfterMs,
});

/** @param host names the endpoint in what is said; its path may be confidential */
export function readTokenAnswer(exchange: Exchange, host: string, secrets: readonly string[]): Token | NoToken {
  if (exchange.kind === 'failed') {
    const { failure, message } = exchange;
    const problem = `no answer from the token endpoint ${host}: ${failure}: ${message}`;
    return { ...none(problem, false), stopped: failure === 'stopped' };
  }
  const { status, excerpt, retryAfterMs } = exchange;
  const says = fieldsOf(excerpt);
  if (status >= 200 && status < 300) return tokenIn(says, host);
  if (status >= 300 && status < 400) {
    return none(`the token endpoint ${host} redirects (${status}), which is not followed; use its new address`, true);
  }
  const refused = status < 500 && status !== 408 && status !== 429;
  const why = reasonIn(says, secrets);
  return none(`the token endpoint ${host} answered ${status}${why}`, refused, retryAfterMs);
}

function tokenIn(says: Readonly<Record<string, unknown>> | null, host: string): Token | NoToken {
  if (!says) return none(`the token endpoint ${host} answered no JSON object of at most ${maxAnswerBytes} bytes`, true);
  const { access_token: token, token_type: type, expires_in: seconds } = says;
  if (typeof token !== 'string' || !tokenShape.test(token) || token.length > longestToken) {
    return none(`the token endpoint ${host} answered without an access_token that a header can carry`, true);
  }
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    return none(`the token endpoint ${host} gives tokens that are no bearer tokens (token_type)`, true);
  }
  // Some write the number as text.
  const lifetimeMs = (typeof seconds === 'string' ? Number(seconds) : (seconds as number)) * 1000;
  const isKnown = Number.isFinite(lifetimeMs) && lifetimeMs >= 0;
  return { token, lifetimeMs: isKnown ? Math.min(lifetimeMs, longestLifetimeMs) : null };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

const longestReason = 200;

/** RFC 6749, 5.2: `error` is a code, `error_description` for people. An endpoint may repeat what it was sent. */
function reasonIn(says: Readonly<Record<string, unknown>> | null, secrets: readonly string[]): string {
  const { error, error_description: description } = says ?? {};
  const parts = [error, description].filter((part) => typeof part === 'string' && part !== '') as string[];
  const text = parts.join(': ').replace(/\s+/g, ' ');
  if (text === '') return '';
  if (secrets.some((secret) => text.includes(secret))) return ' (what it says has a secret in it, and is not kept)';
  return `: ${text.slice(0, longestReason)}`;
}
