/**
 * A sender that gets a token for requests whose receiver wants one (the OAuth kinds of `endpoint.auth`), and hands all
 * others on as they are.
 *
 *   asking ── a token ──> sending;   ── none ──> ended, failed
 *   sending ── 401, the first ──> asking;   ── any other answer, or none ──> ended
 *   asking ── its signal ──> ended, stopped
 *
 * The request's own time counts while it is sent, over both tries together; the token endpoint has its own.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { OAuth } from '../../subscriptions/subscription.ts';
import type { HeaderList } from '../sender/headers.ts';
import type { Ended, Exchange, OutgoingRequest, Sender } from '../sender/sender.ts';
import { type TokenCounts, type TokenResult, TokenSource } from './token-source.ts';

export interface AuthorisingDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Closing it is its owner's. */
  readonly sender: Sender;
}

export interface AuthorisingSender extends Sender {
  /** Of the token endpoints, since the start. */
  readonly tokenCounts: TokenCounts;
}

export function createAuthorisingSender({ clock, random, sender }: AuthorisingDeps): AuthorisingSender {
  const host = { clock, sender, tokens: new TokenSource({ clock, random, sender }), asking: new Asking() };
  return {
    send: (request, ended, signal) => {
      const kind = request.auth?.kind;
      if (kind !== 'oauth2-client-credentials' && kind !== 'oauth2-jwt-bearer') {
        return sender.send(request, ended, signal);
      }
      new AuthorisedExchange(host, request, ended, signal).start();
    },
    close: () => sender.close(),
    tokenCounts: host.tokens.counts,
  };
}

interface Host extends Omit<AuthorisingDeps, 'random'> {
  readonly tokens: TokenSource;
  readonly asking: Asking;
}

/** Those that wait for a token, by the signal that ends them; one listener for each. */
class Asking {
  readonly #bySignal = new WeakMap<AbortSignal, Set<AuthorisedExchange>>();

  add(one: AuthorisedExchange, signal: AbortSignal | undefined): void {
    if (!signal) return;
    let all = this.#bySignal.get(signal);
    if (!all) {
      const waiting = new Set<AuthorisedExchange>();
      this.#bySignal.set(signal, (all = waiting));
      signal.addEventListener('abort', () => waiting.forEach((exchange) => exchange.stop()), { once: true });
    }
    all.add(one);
  }

  remove(one: AuthorisedExchange, signal: AbortSignal | undefined): void {
    if (signal) this.#bySignal.get(signal)?.delete(one);
  }
}

class AuthorisedExchange {
  readonly #host: Host;
  readonly #request: OutgoingRequest;
  readonly #auth: OAuth;
  readonly #ended: Ended;
  readonly #signal: AbortSignal | undefined;
  readonly #startedAt: number;
  /** Milliseconds the receiver has taken so far. */
  #sendingMs = 0;
  #started = false;
  #again = false;
  #done = false;

  constructor(host: Host, request: OutgoingRequest, ended: Ended, signal: AbortSignal | undefined) {
    this.#host = host;
    this.#request = request;
    this.#auth = request.auth as OAuth;
    this.#ended = ended;
    this.#signal = signal;
    this.#startedAt = host.clock.monotonic();
  }

  start(): void {
    if (this.#signal?.aborted) this.stop();
    else this.#ask();
    this.#started = true;
  }

  stop(): void {
    this.#fail('stopped', 'stopped while it waited for a token', false);
  }

  #ask(): void {
    const { tokens, asking } = this.#host;
    asking.add(this, this.#signal);
    tokens.get(this.#auth, this.#request.domain, (result) => {
      asking.remove(this, this.#signal);
      if (!this.#done) this.#go(result);
    });
  }

  #go(result: TokenResult): void {
    if ('problem' in result) {
      if (result.stopped) return this.#fail('stopped', result.problem, false);
      return this.#fail('oauth2', result.problem, result.refused);
    }
    const { token } = result;
    const { clock, sender } = this.#host;
    const headers = withToken(this.#request.headers, token);
    const timeoutMs = Math.max(1, Math.ceil(this.#request.timeoutMs - this.#sendingMs));
    const sentAt = clock.monotonic();
    const answered = (exchange: Exchange): void => {
      this.#sendingMs += clock.monotonic() - sentAt;
      this.#answered(exchange, token);
    };
    sender.send({ ...this.#request, headers, timeoutMs }, answered, this.#signal);
  }

  #answered(exchange: Exchange, token: string): void {
    const { tokens } = this.#host;
    const { domain } = this.#request;
    if (exchange.kind === 'answered' && exchange.status === 401) {
      const isRenewable = tokens.refused(this.#auth, domain, token);
      if (isRenewable && !this.#again && !this.#signal?.aborted) {
        this.#again = true;
        return this.#ask();
      }
    } else if (exchange.kind === 'answered') tokens.served(this.#auth, domain, token);
    this.#end(exchange);
  }

  #fail(failure: 'stopped' | 'oauth2', message: string, credentialsRefused: boolean): void {
    this.#end({ kind: 'failed', failure, message, durationMs: 0, credentialsRefused });
  }

  #end(exchange: Exchange): void {
    if (this.#done) return;
    this.#done = true;
    const durationMs = Math.round(this.#host.clock.monotonic() - this.#startedAt);
    const whole: Exchange = { ...exchange, durationMs };
    if (this.#started) this.#ended(whole);
    else queueMicrotask(() => this.#ended(whole));
  }
}

function withToken(headers: HeaderList, token: string): HeaderList {
  // A dialect's or the endpoint's own would be a second one.
  const others = headers.filter((_, at) => headers[at & ~1] !== 'authorization');
  return [...others, 'authorization', `Bearer ${token}`];
}
