/**
 * Sender: one HTTP exchange under limits and the address guard. An `inbox:` URL is a target inside the process. Not
 * in it: retry, order, signatures' secrets (a signer hands over ready headers).
 *
 * Every driver passes `test/conformance/sender.ts`.
 */
import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import type { HeaderList } from './headers.ts';

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | null;
  /** For the whole exchange: look-up, connect, send, answer. */
  readonly timeoutMs: number;
  /** Which domain's extra allowed networks apply. */
  readonly domain: string;
  /**
   * How Offhook proves itself, where headers can't say it by themselves: a sender shows the certificate of `mtls`, and
   * `credentials/` gets a token for the OAuth kinds. The other kinds are in the headers already.
   */
  readonly auth?: EndpointAuth;
  /** Bytes of the answer that are handed back; 2 kB, unless it says so. */
  readonly keepBytes?: number;
  /** An answer that is longer than is read fails as `response_too_large`; else it is cut off, and its status counts. */
  readonly wholeAnswer?: boolean;
  /** Lower-case names of headers of the answer that are handed back. */
  readonly keepHeaders?: readonly string[];
  /** Takes the body of an answer as it comes, however long it is; then nothing of it is kept. */
  readonly taker?: BodyTaker;
}

/** For answers that are too large to be held in memory. The bytes are as they came: nothing is taken out of them. */
export interface BodyTaker {
  /** A head came; not one that only says to go on. Null: the body is not wanted so, and is kept like any other's. */
  begin(head: AnswerHead): BodyFlow | null;
}

export interface AnswerHead {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Lets the body come again after `take` gave false. */
  resume(): void;
}

export interface BodyFlow {
  /** A longer body fails as `response_too_large`. */
  readonly maxBytes: number;
  /** False: no more for now. What is on its way still comes. */
  take(chunk: Buffer): boolean;
}

/** Why no answer came; stable, shown to users and counted in metrics. */
export type SendFailure =
  | 'timeout'
  | 'dns'
  | 'refused_address'
  | 'connect'
  | 'tls'
  /** There is no token to send it with. */
  | 'oauth2'
  | 'reset'
  /** Its head, or a body that was to be read whole. */
  | 'response_too_large'
  | 'bad_url'
  | 'stopped'
  | 'other';

export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** At most 2 kB of what came back, or `keepBytes`, without the credentials that were sent with `auth`. */
      readonly excerpt: string;
      /** Milliseconds the receiver asked to wait (Retry-After, at most 24 h); null where it did not. */
      readonly retryAfterMs: number | null;
      readonly durationMs: number;
      /** Those of `keepHeaders` that there are, where the request names any; each at most 256 characters. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'failed';
      readonly failure: SendFailure;
      readonly message: string;
      readonly durationMs: number;
      /** With `oauth2`: the token endpoint is there and won't have our credentials, so that nothing is known of the receiver. */
      readonly credentialsRefused?: boolean;
    };

/** Told what became of a request. */
export type Ended = (exchange: Exchange) => void;

export interface Sender {
  /**
   * Calls `ended` once, never before it returns. It never throws: what goes wrong is an outcome. Aborting gives
   * `stopped`. A callback and not a promise, since a connection that just became free is to be used again at once.
   */
  send(request: OutgoingRequest, ended: Ended, signal?: AbortSignal): void;
  /** Lets go of all connections; requests under way end as `stopped`. */
  close(): Promise<void>;
}
