/**
 * Sender: one HTTP exchange under limits and the address guard. An `inbox:` URL is a target inside the process. Not
 * in it: retry, order, signatures' secrets (a signer hands over ready headers).
 *
 * Every driver passes `test/conformance/sender.ts`.
 */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** For the whole exchange: look-up, connect, send, answer. */
  readonly timeoutMs: number;
  /** Which domain's extra allowed networks apply. */
  readonly domain: string;
}

/** Why no answer came; stable, shown to users and counted in metrics. */
export type SendFailure =
  | 'timeout'
  | 'dns'
  | 'refused_address'
  | 'connect'
  | 'tls'
  | 'reset'
  | 'response_too_large'
  | 'bad_url'
  | 'stopped'
  | 'other';

export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** At most 2 kB of what came back. */
      readonly excerpt: string;
      /** Milliseconds the receiver asked to wait (Retry-After, at most 24 h); null where it did not. */
      readonly retryAfterMs: number | null;
      readonly durationMs: number;
    }
  | { readonly kind: 'failed'; readonly failure: SendFailure; readonly message: string; readonly durationMs: number };

export interface Sender {
  /** Never rejects: what goes wrong is an outcome. Aborting gives `stopped`. */
  send(request: OutgoingRequest, signal?: AbortSignal): Promise<Exchange>;
  /** Lets go of all connections; requests under way end as `stopped`. */
  close(): Promise<void>;
}
