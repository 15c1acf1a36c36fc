/**
 * One request on its way and its answer, as undici's handler. It ends exactly once: with the whole answer, or with the
 * first thing that goes wrong, whichever comes first; what undici still reports afterwards is ignored.
 *
 * waiting ─> running ─> answered            the connection is kept
 *    │          ├────> answered, cut off    longer than is read: the connection is dropped
 *    │          ├────> failed, stopped, late  the connection is dropped
 *    │          └────> waiting              a kept connection turned out to be dead: once, on a new one
 *    └────────────────> stopped, late
 */
import type { Dispatcher } from 'undici';
import type { Clock } from '../../kit/clock.ts';
import type { Connection, ConnectionPool, Job } from './connection-pool.ts';
import { type Deadlines, Timed } from './deadlines.ts';
import { excerptOf } from './excerpt.ts';
import { exchangeFailure } from './failure.ts';
import { retryAfterMs } from './retry-after.ts';
import type { BodyFlow, Ended, Exchange, OutgoingRequest, SendFailure } from './sender.ts';
import { keptHeaders } from './kept-headers.ts';
import { secretsSent } from './sent-secrets.ts';

/** What all exchanges of one sender share. */
export interface ExchangeHost {
  readonly clock: Clock;
  /** Bytes of an answer that are read at most. */
  readonly maxResponseBytes: number;
  /** All that have not ended. */
  readonly running: Deadlines<RunningExchange>;
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;
const noHeaders: ResponseHeaders = {};

/** Bytes of an answer that are kept where the request does not say it. */
const excerptBytes = 2048;
/** A socket that was idle for this long may have been closed by the receiver at the moment it was used. */
const staleAfterMs = 1_000;

export class RunningExchange extends Timed implements Job, Dispatcher.DispatchHandler {
  readonly signal: AbortSignal | null;
  readonly #host: ExchangeHost;
  readonly #pool: ConnectionPool;
  readonly #request: OutgoingRequest;
  readonly #path: string;
  readonly #ended: Ended;
  readonly #keepBytes: number;
  #startedAt = 0;
  #connection: Connection | null = null;
  #started = false;
  #done = false;
  #retried = false;
  #status = 0;
  #headers: ResponseHeaders = noHeaders;
  #bytes = 0;
  #kept: Buffer | null = null;
  /** Where the body goes as it comes; null: it is kept. */
  #flow: BodyFlow | null = null;

  constructor(
    host: ExchangeHost,
    pool: ConnectionPool,
    request: OutgoingRequest,
    path: string,
    ended: Ended,
    signal: AbortSignal | null,
  ) {
    super();
    this.#host = host;
    this.#pool = pool;
    this.#request = request;
    this.#keepBytes = request.keepBytes ?? excerptBytes;
    this.#path = path;
    this.#ended = ended;
    this.signal = signal;
  }

  /** To be called once. */
  start(): void {
    const now = this.#host.clock.monotonic();
    this.#startedAt = now;
    this.#host.running.add(this, this.#request.timeoutMs, now);
    this.#pool.run(this, now);
    this.#started = true;
  }

  get done(): boolean {
    return this.#done;
  }

  /** For the pool: sends the request over this connection. */
  run(connection: Connection): void {
    this.#connection = connection;
    const { method, headers, body } = this.#request;
    connection.client.dispatch({ path: this.#path, method, headers: headers as string[], body }, this);
  }

  onRequestStart(): void {}

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (this.#done || status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#flow = this.#request.taker?.begin({ status, headers, resume: () => controller.resume() }) ?? null;
    if (Number(headers['content-length']) > this.#mostBytes) this.#tooLong();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    this.#bytes += chunk.length;
    if (this.#flow === null) this.#keep(chunk);
    if (this.#bytes > this.#mostBytes) return this.#tooLong();
    if (this.#flow?.take(chunk) === false) controller.pause();
  }

  get #mostBytes(): number {
    return this.#flow?.maxBytes ?? this.#host.maxResponseBytes;
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === null) this.#kept = chunk;
    else if (this.#kept.length < this.#keepBytes) this.#kept = Buffer.concat([this.#kept, chunk]);
  }

  onResponseEnd(): void {
    if (this.#done) return;
    const now = this.#host.clock.monotonic();
    this.#done = true;
    // Free before anybody is told: whoever is told may have the next request for it.
    if (this.#connection) this.#pool.release(this.#connection, now);
    this.#answered(now);
  }

  #answered(now: number): void {
    const secrets = this.#kept === null ? [] : secretsSent(this.#request);
    this.#tell({
      kind: 'answered',
      status: this.#status,
      excerpt: excerptOf(this.#kept, this.#headers['content-encoding'], this.#keepBytes, secrets),
      retryAfterMs: this.#asksToWaitMs(),
      durationMs: Math.round(now - this.#startedAt),
      ...(this.#request.keepHeaders && { headers: keptHeaders(this.#headers, this.#request.keepHeaders) }),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#done) return;
    const { failure, message } = exchangeFailure(error);
    if (failure === 'reset' && this.#wasStale()) return this.#runAgain();
    this.fail(failure, failure === 'reset' ? message + this.#mayBeCertificate() : message);
  }

  /** Ends it as failed, whatever it is doing; nothing when it has ended. */
  fail(failure: SendFailure, message: string): void {
    if (this.#done) return;
    this.#done = true;
    if (this.#connection) this.#pool.drop(this.#connection);
    const durationMs = Math.round(this.#host.clock.monotonic() - this.#startedAt);
    this.#tell({ kind: 'failed', failure, message, durationMs });
  }

  expire(): void {
    this.fail('timeout', `no complete answer within ${this.#request.timeoutMs} ms`);
  }

  /** With TLS 1.3 the handshake is over for us before the receiver looks at our certificate. */
  #mayBeCertificate(): string {
    if (this.#request.auth?.kind !== 'mtls' || this.#status !== 0) return '';
    return '; a receiver does so where it does not accept the client certificate (endpoint.auth.certificate)';
  }

  #wasStale(): boolean {
    return !this.#retried && this.#status === 0 && (this.#connection?.idleMs ?? 0) >= staleAfterMs;
  }

  /**
   * The receiver closed an idle connection just as the request was written to it. A new connection settles whether
   * the receiver is there, instead of a failed attempt and its delay. If the request did arrive, the second one has
   * the same delivery id, as after any failed attempt.
   */
  #runAgain(): void {
    this.#retried = true;
    const broken = this.#connection;
    this.#connection = null;
    if (broken) this.#pool.drop(broken);
    this.#pool.runFresh(this);
  }

  #asksToWaitMs(): number | null {
    const header = this.#headers['retry-after'];
    return header === undefined ? null : retryAfterMs(header, this.#host.clock.now());
  }

  /** The status says what became of the request; a body that is not read to its end costs the connection. */
  #tooLong(): void {
    const most = this.#mostBytes;
    if (this.#request.wholeAnswer === true || this.#flow !== null) {
      return this.fail('response_too_large', `status ${this.#status}, and the answer is larger than ${most} bytes`);
    }
    this.#done = true;
    if (this.#connection) this.#pool.drop(this.#connection);
    this.#answered(this.#host.clock.monotonic());
  }

  #tell(exchange: Exchange): void {
    this.#host.running.remove(this);
    if (!this.#started) return queueMicrotask(() => this.#ended(exchange));
    try {
      this.#ended(exchange);
    } catch (error) {
      // A bug of the one who was told, which undici would take for its own handler's and hide.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
