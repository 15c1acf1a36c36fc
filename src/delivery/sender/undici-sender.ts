/**
 * The Sender on undici: kept connections per origin, one deadline over the whole exchange, answers read to a limit,
 * redirects not followed (a 3xx is an answer like any other), compressed answers not unpacked, HTTP/1.1 only, no
 * proxies from the environment, and the address guard at every connect.
 *
 * It sends at 1.0 to 1.2 times the rate of a bare `pool.request` of undici (2 cores, sink in another process, 1.2 kB
 * bodies, 64 at a time), because it hands undici one handler object instead of a stream and a promise chain, tells a
 * callback, and keeps one timer for all requests instead of undici's two for each (`docs/decisions/0005`).
 */
import type { Clock } from '../../kit/clock.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { mostRequests } from '../share/most-requests.ts';
import type { AddressGuard } from './address-guard.ts';
import { type ClientIdentity, rememberIdentities } from './client-identity.ts';
import { Deadlines } from './deadlines.ts';
import { type ExchangeHost, RunningExchange } from './exchange.ts';
import { headerRecord } from './headers.ts';
import { type Lookup, shareLookups, systemLookup } from './lookup.ts';
import { createOriginPools, type OriginPools } from './origin-pools.ts';
import type { Ended, OutgoingRequest, Sender, SendFailure } from './sender.ts';
import { rememberTargets } from './target.ts';

export interface UndiciSenderOptions {
  readonly clock: Clock;
  readonly guard: AddressGuard;
  readonly inbox: Inbox;
  /**
   * Connections per origin at a time; past it requests wait, and the wait counts against their time. By default as
   * many as there can be requests: an origin may be shared by receivers of many domains, which must not wait for each
   * other; each has its own window.
   */
  readonly maxConnections?: number;
  /** Origins whose connections are kept while nothing is under way. */
  readonly maxOrigins?: number;
  /** Bytes of an answer's body that are read at most. */
  readonly maxResponseBytes?: number;
  /** An idle connection is closed after this, milliseconds. */
  readonly keepAliveMs?: number;
  readonly lookup?: Lookup;
  /** Certificate authorities to trust instead of the system's, PEM. */
  readonly ca?: readonly string[];
}

const rememberedUrls = 2_000;

export function createUndiciSender(options: UndiciSenderOptions): Sender {
  return new UndiciSender(options);
}

class UndiciSender implements Sender {
  readonly #guard: AddressGuard;
  readonly #inbox: Inbox;
  readonly #pools: OriginPools;
  readonly #identity = rememberIdentities();
  readonly #target = rememberTargets(rememberedUrls);
  readonly #running: Deadlines<RunningExchange>;
  readonly #watched = new WeakSet<AbortSignal>();
  readonly #host: ExchangeHost;
  #closed = false;

  constructor(options: UndiciSenderOptions) {
    const {
      clock,
      maxResponseBytes = 65_536,
      maxConnections = mostRequests,
      maxOrigins = 1_000,
      keepAliveMs = 30_000,
    } = options;
    this.#guard = options.guard;
    this.#inbox = options.inbox;
    const lookup = shareLookups(options.lookup ?? systemLookup);
    this.#pools = createOriginPools({ clock, lookup, ca: options.ca, maxConnections, maxOrigins, keepAliveMs });
    this.#running = new Deadlines(clock);
    this.#host = { clock, maxResponseBytes, running: this.#running };
  }

  send(request: OutgoingRequest, ended: Ended, signal?: AbortSignal): void {
    if (this.#closed) return this.#failed('stopped', 'the sender is closed', ended);
    if (signal?.aborted) return this.#failed('stopped', 'stopped before it was sent', ended);
    const target = this.#target(request.url);
    if (target.kind === 'bad') return this.#failed('bad_url', target.problem, ended);
    if (target.kind === 'inbox') return this.#toInbox(target.token, request, ended);
    let identity: ClientIdentity | null = null;
    if (request.auth?.kind === 'mtls') {
      if (target.url.protocol !== 'https:') return this.#failed('tls', 'a certificate is shown over https only', ended);
      identity = this.#identity(request.auth, request.domain);
    }
    if (signal) this.#watch(signal);
    const pool = this.#pools.get(target, this.#guard.ruleFor(request.domain), identity);
    new RunningExchange(this.#host, pool, request, target.path, ended, signal ?? null).start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of this.#running.all()) exchange.fail('stopped', 'Offhook is stopping');
    this.#running.close();
    await this.#pools.close();
  }

  #failed(failure: SendFailure, message: string, ended: Ended): void {
    queueMicrotask(() => ended({ kind: 'failed', failure, message, durationMs: 0 }));
  }

  #toInbox(token: string, { method, headers, body }: OutgoingRequest, ended: Ended): void {
    this.#inbox.receive(token, { method, headers: headerRecord(headers), body });
    queueMicrotask(() => ended({ kind: 'answered', status: 204, excerpt: '', retryAfterMs: null, durationMs: 0 }));
  }

  /** One listener per signal, however many requests share it. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    const stop = (): void => {
      for (const one of this.#running.all()) {
        if (one.signal === signal) one.fail('stopped', 'stopped while it was under way');
      }
    };
    signal.addEventListener('abort', stop, { once: true });
  }
}
