/**
 * A dialect: a vendor's way to say events. Pure: no clock, no network, no store. Nothing outside `dialects/` knows a
 * vendor's name; the rest sees this.
 */
import type { Decoded, DecodeContext, IncomingRequest } from './decode.ts';
import type { TextPlace } from '../kit/text-place.ts';
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-types/index.ts';
import type { RemoteVendor } from '../model/remote-registry.ts';

/** What is recorded of extensions and domains, as far as vendors' formats name it. */
export interface Directory {
  /** @returns null where there is no record of it */
  extension(domain: string, number: string): { readonly id: number; readonly prefix: string | null } | null;
  domainId(domain: string): number | null;
}

/** Where nothing is recorded. */
export const noDirectory: Directory = { extension: () => null, domainId: () => null };

/** What an encoder may know besides the events. */
export interface EncodeContext {
  /** The subscription's id, where the vendor's format names it. */
  readonly subscriptionId: string;
  /** Of the subscription's scope; `*`: all. */
  readonly extension: string;
  readonly directory: Directory;
  readonly method: string;
  readonly url: string;
  /** Validated against the dialect's `optionsSchema` and `checkOptions`; the same object while they are the same. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What to send; headers and URL override those of the endpoint where given. */
export interface EncodedRequest {
  readonly kind: 'request';
  readonly method?: string;
  readonly url?: string;
  /** Lower-case names. `content-type` belongs here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export type Encoded =
  | EncodedRequest
  /** The dialect has no word for it: settled without a request. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** It should have, but can't: an outcome, never a stop. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What options are checked by besides their schema. */
export interface OptionsContext {
  /** The endpoint's. */
  readonly method: string;
  readonly url: string;
}

export interface OptionsProblem {
  /** Path within the options: `body`, `headers.X-Call`. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
  /** Where in the option's text, if it is one. */
  readonly place?: TextPlace;
}

export interface DialectDefaults {
  readonly events: readonly EventType[];
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'GET';
  /** The vendor's documented retry policy; null: Offhook's own. */
  readonly retry: { readonly maxAttempts: number; readonly delays: readonly string[] } | null;
}

export interface Dialect {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** JSON Schema of `options`, with a description for every property. */
  readonly optionsSchema: object;
  readonly defaults: DialectDefaults;
  /** What is wrong with options that match the schema, when they are saved; null or no such check: nothing. */
  checkOptions?(options: Readonly<Record<string, unknown>>, context: OptionsContext): OptionsProblem | null;
  /** What it encodes by is written by users: the time that takes is measured, and bounded (`delivery/share/render-budget.ts`). */
  readonly metered?: true;
  /** The vendor gives an extension a number of events: subscriptions of this dialect that name one are counted. */
  readonly limited?: true;
  /** Types of events it has words for with these options; no such function: all. */
  wordsFor?(options: Readonly<Record<string, unknown>>): readonly EventType[];
  /** Most events one request may carry with these options: 1 where the format is not an array. */
  maxBatch(options: Readonly<Record<string, unknown>>): number;
  /** `events` has at least one and at most `maxBatch` of one subscription, in sequence order. */
  encode(events: readonly Event[], context: EncodeContext): Encoded;
  /** Reads a notification of the vendor's; no such function: it is only written. */
  decode?(request: IncomingRequest, context: DecodeContext): Decoded;
  /** Events that one address may be registered for, in the vendor's words. */
  readonly reportedEvents?: readonly string[];
  /** How addresses are registered with the vendor's phone systems; none: by hand. */
  readonly remote?: RemoteVendor;
}
