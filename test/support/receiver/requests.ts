/** Notifications as Offhook makes them, to be sent as they are or spoilt first. */
import { request } from 'node:http';
import { createSigner } from '../../../src/delivery/signing/signer.ts';
import { findDialect } from '../../../src/dialects/registry.ts';
import type { Event, NewEvent } from '../../../src/model/event.ts';
import { eventOf } from '../builders.ts';
import { noContext } from '../encode-context.ts';

/** Name and value one after the other, as they go over the wire: a name may come twice, in any case. */
export type RawHeaders = readonly string[];

export interface RawRequest {
  readonly headers: RawHeaders;
  readonly body: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface NotificationFacts {
  readonly secrets: readonly string[];
  readonly deliveryId?: string;
  /** When it is signed, milliseconds since 1970; now by default. */
  readonly at?: number;
  readonly options?: Readonly<Record<string, unknown>>;
}

let lastSeq = 0;

export function storedEvent(event: Partial<NewEvent> = {}): Event {
  return { ...eventOf(event), seq: ++lastSeq, acceptedAt: '2026-01-01T00:00:00.010Z' };
}

/** What the sender would be given for these events. */
export function notificationOf(events: readonly Event[], facts: NotificationFacts): RawRequest {
  const dialect = findDialect('cloudevents');
  if (!dialect) throw new Error('there is no dialect cloudevents');
  const context = { ...noContext, method: 'POST', url: 'http://receiver/', options: facts.options ?? {} };
  const encoded = dialect.encode(events, context);
  if (encoded.kind !== 'request') throw new Error(`not encoded: ${JSON.stringify(encoded)}`);
  const body = encoded.body ?? '';
  return { headers: [...flat(encoded.headers), ...signature(body, facts, events[0]?.seq)], body };
}

/** A signed request with any body. */
export function signedRequest(body: string | Uint8Array, facts: NotificationFacts & { type?: string }): RawRequest {
  const type = facts.type ?? 'application/cloudevents+json; charset=utf-8';
  return { headers: ['content-type', type, ...signature(body, facts, 1)], body };
}

function signature(body: string | Uint8Array, facts: NotificationFacts, seq = 0): RawHeaders {
  const { secrets, deliveryId = `7-${seq}`, at = Date.now() } = facts;
  return createSigner(secrets).sign(deliveryId, at, body);
}

const flat = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).flat();

/** The headers with one of them changed; null takes it out. */
export function withHeader(headers: RawHeaders, name: string, value: string | null): RawHeaders {
  const rest = pairs(headers).filter(([key]) => key !== name);
  return [...rest, ...(value === null ? [] : [[name, value] as const])].flat();
}

export const pairs = (headers: RawHeaders): (readonly [string, string])[] =>
  Array.from({ length: headers.length / 2 }, (_, index) => [
    headers[2 * index] as string,
    headers[2 * index + 1] as string,
  ]);

/** Posts it byte for byte. @param chunked sends the body without saying how long it is */
export function post(url: string, { headers, body }: RawRequest, chunked = false): Promise<RawAnswer> {
  const length = chunked ? ['transfer-encoding', 'chunked'] : ['content-length', String(Buffer.byteLength(body))];
  const host = ['host', new URL(url).host];
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: [...host, ...headers, ...length], agent: false });
    outgoing.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        outgoing.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    outgoing.end(body);
  });
}
