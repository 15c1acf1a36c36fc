/**
 * Asks the other system patiently, one request at a time.
 *
 *   asked ── it said that no more requests are left (X-RateLimit-Remaining: 0) ──> waiting until its time is over
 *   asked ── 429 ──> waiting as long as it says, or a minute; then asked again: nothing was done
 *   asked ── no answer, 408 or 5xx ──> where it may be asked twice: backing off, at most `tries` times
 *   asked, waiting ── longer than a run may take in all ──> given up, `unavailable`
 *   any ── the signal ──> `stopped`
 *
 * An event is never added a second time for an answer that did not come: whether it is there only a list can tell.
 */
import { type Clock, delay } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { AskRemote, RemoteAnswer, RemoteRequest, RemoteTrouble } from '../../model/remote-registry.ts';
import type { RegistrationWait } from '../../model/registration.ts';

/** One exchange, as it came. */
export type RemoteExchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      /** Milliseconds it asks to wait (Retry-After); null: it does not. */
      readonly retryAfterMs: number | null;
      /** Requests that are left, and milliseconds until there are more again; null: it does not say. */
      readonly left: number | null;
      readonly leftResetMs: number | null;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly trouble: RemoteTrouble['kind'];
      /** It may work in a moment, as it stands. */
      readonly mayPass: boolean;
    };

export interface PatienceDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly exchange: (request: RemoteRequest) => Promise<RemoteExchange>;
  readonly signal: AbortSignal;
  /** Told when waiting begins and, with null, when it ends. */
  readonly onWait: (wait: RegistrationWait | null) => void;
}

const tries = 4;
const firstBackoffMs = 1_000;
const backoffFactor = 4;
/** Whoever says that nothing is to be waited for, and refuses again, is not asked without end. */
const shortestWaitMs = 1_000;
/** Where a system refuses for its rate and does not say for how long. */
const usualWaitMs = 60_000;
/** A window of an hour, and somewhat more. */
const longestWaitMs = 3_900_000;
/** All of one run, waits and answers together: what is left then is done in another. */
const longestRunMs = 4 * 3_600_000;

export function askPatiently(deps: PatienceDeps): AskRemote {
  const asker = new Asker(deps);
  return (request) => asker.ask(request);
}

class Asker {
  readonly #deps: PatienceDeps;
  /** Monotonic; nothing is asked before. */
  #notBefore = 0;
  readonly #endAt: number;
  #why = '';

  constructor(deps: PatienceDeps) {
    this.#deps = deps;
    this.#endAt = deps.clock.monotonic() + longestRunMs;
  }

  async ask(request: RemoteRequest): Promise<RemoteAnswer> {
    for (let failures = 0; ; ) {
      const stopped = await this.#pause();
      if (stopped) return stopped;
      const exchange = await this.#deps.exchange(request);
      const { signal } = this.#deps;
      if (signal.aborted) return stopping;
      this.#noteRate(exchange);
      if (isRateLimited(exchange)) continue;
      if (!isPassing(exchange)) return answerOf(exchange);
      failures++;
      if (request.method === 'POST' || failures >= tries) return answerOf(exchange);
      this.#backOff(failures, exchange);
    }
  }

  /** Null: it may be asked now. */
  async #pause(): Promise<RemoteAnswer | null> {
    const { clock, signal, onWait } = this.#deps;
    if (signal.aborted) return stopping;
    const now = clock.monotonic();
    const waitMs = Math.max(0, Math.ceil(this.#notBefore - now));
    if (waitMs > longestWaitMs || now + waitMs > this.#endAt) return tooLong;
    if (waitMs === 0) return null;
    onWait({ until: Math.round(clock.now() + waitMs), why: this.#why });
    try {
      await delay(clock, waitMs, signal);
      return null;
    } catch {
      return stopping;
    } finally {
      onWait(null);
    }
  }

  #waitFor(waitMs: number, why: string): void {
    this.#notBefore = this.#deps.clock.monotonic() + waitMs;
    this.#why = why;
  }

  #noteRate(exchange: RemoteExchange): void {
    if (exchange.kind !== 'answered') return;
    const { status, retryAfterMs, left, leftResetMs } = exchange;
    if (status === 429) {
      const askedMs = retryAfterMs ?? leftResetMs ?? usualWaitMs;
      return this.#waitFor(Math.max(shortestWaitMs, askedMs), 'the PBX takes no more requests for now (429)');
    }
    if (left === 0 && leftResetMs !== null) this.#waitFor(leftResetMs, 'no request is left of those the PBX allows');
  }

  #backOff(failures: number, exchange: RemoteExchange): void {
    const bound = firstBackoffMs * backoffFactor ** (failures - 1);
    const waitMs = bound * (0.5 + 0.5 * this.#deps.random.next());
    const asked = exchange.kind === 'answered' ? (exchange.retryAfterMs ?? 0) : 0;
    this.#waitFor(Math.max(waitMs, asked), 'the PBX did not answer as it should, and is asked again');
  }
}

const stopping: RemoteAnswer = { trouble: { kind: 'stopped', message: 'Offhook is stopping' } };

const tooLong: RemoteAnswer = {
  trouble: {
    kind: 'unavailable',
    message: 'it takes no more requests for now, or has taken hours; the rest is done later',
  },
};

const isRateLimited = (exchange: RemoteExchange): boolean => exchange.kind === 'answered' && exchange.status === 429;

/** It may pass by itself. */
const isPassing = (exchange: RemoteExchange): boolean =>
  exchange.kind === 'answered' ? exchange.status === 408 || exchange.status >= 500 : exchange.mayPass;

function answerOf(exchange: RemoteExchange): RemoteAnswer {
  if (exchange.kind === 'failed') return { trouble: { kind: exchange.trouble, message: exchange.message } };
  return { status: exchange.status, body: parsed(exchange.body) };
}

/** A page for people, such as one to log in, must not be taken for an empty answer. */
function parsed(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
