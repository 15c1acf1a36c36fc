/**
 * From a request to an answer, whatever the web framework:
 *
 *     headers there, fresh?    no ──> 401
 *     body small enough?       no ──> 413        (read only now: most strangers make us hold nothing)
 *     signature fits?          no ──> 401
 *     a notification?          no ──> 400
 *     then for each event, in order, until one is not settled:
 *       claim ── done before ──> next
 *             ── busy ────────> 409
 *             ── claimed ─────> handler ── resolves ──> done, next
 *                                       ── rejects ───> release, 500 (503 or 410 where it says so)
 *     all settled ──> 200
 *
 * So 200 means that the handler has resolved, now or before, for every event. Anything else makes Offhook send the
 * request again, and those events of a batch that were settled are then skipped.
 */
import { type Answer, answers } from './answer.ts';
import { headerOf, type RequestHeaders } from './headers.ts';
import { createMemoryStore } from './memory-store.ts';
import type { OffhookEvent, UnknownEvent } from './offhook-event.ts';
import { createOnce, seenKey, StoreFailure } from './once.ts';
import { isKnownEvent, parseNotification } from './parse.ts';
import { ReceiverProblem } from './problem.ts';
import type { SeenStore } from './seen-store.ts';
import { RetryLater, Unsubscribe } from './signals.ts';
import { createVerifier, type SignatureHeaders, type VerifierOptions } from './verify.ts';

/** The request an event came in. */
export interface Delivery {
  /** The same on every attempt (`webhook-id`; signed). */
  readonly id: string;
  /** When this attempt was signed. */
  readonly signedAt: Date;
  /** 1 for the first; null where nothing says so. Not signed: for logs. */
  readonly attempt: number | null;
  /** Id of the subscription (`X-Correlation-ID`), which is confidential. Not signed. */
  readonly subscription: string | null;
}

export interface ReceiverOptions extends VerifierOptions {
  /** Resolves when the event is safe with you: only then is the request answered. A rejection makes Offhook retry. */
  readonly onEvent: (event: OffhookEvent, delivery: Delivery) => Promise<void> | void;
  /** Gets events of types that this version doesn't know, as a newer Offhook may send; by default they are let go. */
  readonly onUnknownEvent?: (event: UnknownEvent, delivery: Delivery) => Promise<void> | void;
  /** Called with what was refused or failed and the status it got; by default 500 and above go to `console.error`. */
  readonly onError?: (error: unknown, status: number) => void;
  /** Remembers what was handled: in memory by default. Null: you see to it yourself. */
  readonly store?: SeenStore | null;
  /** How long handled events are remembered; a day by default. */
  readonly rememberSeconds?: number;
  /** How long a handler may take before another attempt may run it again; 120 by default. */
  readonly claimSeconds?: number;
  /** Most bytes of a body; 4 MiB by default. An event has at most 256 kB, a batch as many of them as `maxBatch` says. */
  readonly maxBodyBytes?: number;
}

export interface IncomingNotification {
  readonly headers: RequestHeaders;
  /** Reads the raw body. @throws ReceiverProblem `too_large` where it has more bytes */
  readonly readBody: (maxBytes: number) => Promise<string | Uint8Array>;
}

export interface Receiver {
  /** Never rejects: what went wrong is an answer too. */
  receive(request: IncomingNotification): Promise<Answer>;
}

type AnyEvent = OffhookEvent | UnknownEvent;

const logToConsole = (error: unknown, status: number): void => {
  if (status >= 500 && !(error instanceof RetryLater)) console.error(error);
};

/** Offhook needs its answer, whatever becomes of the log. */
function neverThrowing(onError: NonNullable<ReceiverOptions['onError']>): NonNullable<ReceiverOptions['onError']> {
  return (error, status) => {
    try {
      onError(error, status);
    } catch (failure) {
      console.error(failure);
    }
  };
}

function withDefaults(options: ReceiverOptions) {
  const { maxBodyBytes = 4 * 1024 * 1024, rememberSeconds = 24 * 60 * 60, claimSeconds = 120 } = options;
  const { store = createMemoryStore(), onError = logToConsole } = options;
  for (const [name, value] of Object.entries({ maxBodyBytes, rememberSeconds, claimSeconds })) {
    if (!(value > 0)) throw new TypeError(`${name} must be a number above 0`);
  }
  return { maxBodyBytes, rememberSeconds, claimSeconds, store, onError: neverThrowing(onError) };
}

/** @throws TypeError where an option is not what it should be */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { store, maxBodyBytes, ...rest } = withDefaults(options);
  const verifier = createVerifier(options);
  const once = store && createOnce({ store, ...rest });

  const read = async ({ headers, readBody }: IncomingNotification) => {
    const signed = verifier.readHeaders(headers);
    const body = await readBody(maxBodyBytes);
    verifier.verifyBody(signed, body);
    return { delivery: deliveryOf(signed, headers), events: parseNotification({ headers, body }).events };
  };
  const settle = async (event: AnyEvent, delivery: Delivery): Promise<Answer> => {
    const run = async (): Promise<void> =>
      isKnownEvent(event) ? options.onEvent(event, delivery) : options.onUnknownEvent?.(event, delivery);
    if (once) return once(seenKey(event, delivery.id), run);
    await run();
    return answers.handled;
  };
  const receive = async (request: IncomingNotification): Promise<Answer> => {
    const { delivery, events } = await read(request);
    let answer = answers.handled;
    for (const event of events) {
      answer = await settle(event, delivery);
      if (answer.status !== 200) return answer;
    }
    return events.length === 1 ? answer : answers.handled;
  };
  return {
    receive: (request) =>
      receive(request).catch((error: unknown) => {
        const answer = answerTo(error);
        rest.onError(error, answer.status);
        return answer;
      }),
  };
}

function deliveryOf({ id, signedAt }: SignatureHeaders, headers: RequestHeaders): Delivery {
  const attempt = Number(headerOf(headers, 'x-offhook-attempt'));
  return {
    id,
    signedAt,
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : null,
    subscription: headerOf(headers, 'x-correlation-id'),
  };
}

function answerTo(error: unknown): Answer {
  if (error instanceof ReceiverProblem) return answers.refused(error);
  if (error instanceof RetryLater) return answers.retryLater(error);
  if (error instanceof Unsubscribe) return answers.gone;
  if (error instanceof StoreFailure) return answers.storeFailed;
  return answers.failed;
}
