/** The other way round: a vendor's notification, read. What a dialect needs for that, and what it makes of it. */
import type { Report } from '../model/report.ts';

/** A request as it came in, of a sender who was known by the token in its path. */
export interface IncomingRequest {
  /** What follows the `?`, as it was sent; empty: nothing. */
  readonly query: string;
  readonly contentType: string;
  /** Null: there was none. */
  readonly body: Uint8Array | null;
}

/** What is known of the sender beside what it says. */
export interface DecodeContext {
  /** Number of the extension its token is bound to; null: to a whole domain. */
  readonly extension: string | null;
  /** Which of the vendor's events its token is for; null: the request has to say. */
  readonly event: string | null;
  readonly recorded: (extension: string) => RecordedExtension | null;
  /** When it was received, milliseconds. */
  readonly receivedAt: number;
}

export interface RecordedExtension {
  readonly type: 'phone' | 'queue' | 'ivr' | 'conference' | 'term';
  readonly prefix: string | null;
}

/** Something in it was passed over or guessed; the rest is good. `other_event`: it is not what its token was made for. */
export interface DecodeDoubt {
  readonly kind: 'not_utf8' | 'unknown_value' | 'contradiction' | 'unknown_event' | 'other_event' | 'cut_line';
  /** The parameter. */
  readonly field: string;
}

export type Decoded =
  | { readonly report: Report; readonly doubts: readonly DecodeDoubt[] }
  /** It says nothing that concerns anybody. */
  | { readonly ignored: string; readonly doubts: readonly DecodeDoubt[] }
  | { readonly problem: { readonly field: string; readonly message: string; readonly remedy: string } };
