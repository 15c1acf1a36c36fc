/**
 * Hands spans to a collector over OTLP/HTTP, in batches, beside the work: nobody waits for it, and what it can't hand
 * over in time is dropped and counted.
 *
 *   idle ── a span ──> gathering ── `gatherMs` later, or a batch is full ──> sending ── taken ──> idle or gathering
 *   sending ── no answer, 429 or 5xx ──> waiting ── `retryMs` later ──> sending, the same spans first
 *   sending ── refused otherwise ──> the batch is dropped ──> idle or gathering
 * While `most` spans wait, new ones are dropped. An outage is told once, and so is its end.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { otlpBody, type Span } from './span.ts';

export interface ExporterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where traces go: the whole URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Who says it: `service.name` … */
  readonly resource: Readonly<Record<string, string>>;
  readonly fetch?: typeof globalThis.fetch;
}

const most = 2_048;
const batchSize = 512;
const gatherMs = 2_000;
const retryMs = 5_000;
const timeoutMs = 5_000;

type Sent = 'taken' | 'later' | 'refused';

export class Exporter {
  readonly #deps: ExporterDeps;
  #waiting: Span[] = [];
  #timer: Timer | null = null;
  #sending: Promise<void> | null = null;
  #dropped = 0;
  #isDown = false;
  #isClosed = false;

  constructor(deps: ExporterDeps) {
    this.#deps = deps;
  }

  /** Spans that were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  put(span: Span): void {
    if (this.#isClosed || this.#waiting.length >= most) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= batchSize && !this.#isDown) this.#send();
    else this.#later(gatherMs);
  }

  /** Tries once more to hand over what there is, and takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#sending;
    this.#timer?.cancel();
    this.#send();
    await this.#sending;
    this.#dropped += this.#waiting.length;
    this.#waiting = [];
  }

  #later(ms: number): void {
    if (this.#sending) return;
    this.#timer ??= this.#deps.clock.schedule(ms, () => this.#send());
  }

  #send(): void {
    if (this.#sending || this.#waiting.length === 0) return;
    this.#timer?.cancel();
    this.#timer = null;
    const batch = this.#waiting.slice(0, batchSize);
    this.#sending = this.#post(batch).then((sent) => {
      this.#sending = null;
      if (sent !== 'later') this.#waiting = this.#waiting.slice(batch.length);
      if (sent === 'refused') this.#dropped += batch.length;
      if (this.#waiting.length > 0 && !this.#isClosed) this.#later(sent === 'later' ? retryMs : 0);
    });
  }

  async #post(batch: readonly Span[]): Promise<Sent> {
    const { clock, url, headers, resource, fetch = globalThis.fetch } = this.#deps;
    const late = new AbortController();
    const timer = clock.schedule(timeoutMs, () => late.abort());
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: otlpBody(batch, resource),
        redirect: 'error',
        signal: late.signal,
      });
      await answer.body?.cancel();
      if (answer.ok) return this.#up();
      return this.#down(`it answered ${answer.status}`, answer.status === 429 || answer.status >= 500);
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      const reason = late.signal.aborted ? `no answer within ${timeoutMs} ms` : String(cause ?? error);
      return this.#down(reason, true);
    } finally {
      timer.cancel();
    }
  }

  #up(): Sent {
    const { logger } = this.#deps;
    if (this.#isDown) logger.info({ dropped: this.#dropped }, 'the collector takes traces again');
    this.#isDown = false;
    return 'taken';
  }

  /** The reason names hosts and codes, never the URL's path or headers. */
  #down(reason: string, again: boolean): Sent {
    const { logger, url } = this.#deps;
    if (!this.#isDown) logger.warn({ collector: new URL(url).origin, reason }, 'the collector takes no traces');
    this.#isDown = true;
    return again ? 'later' : 'refused';
  }
}
