/**
 * Events as CloudEvents. `data` is the whole event as the API shows it; the attributes repeat what one routes by. The
 * event was written to JSON when it was stored, and the attributes are put around it.
 */
import { isPlain } from '../../kit/json-string.ts';
import { utf8Of } from '../../kit/utf8.ts';
import type { Event } from '../../model/event.ts';
import { eventPieces } from '../../model/event-text.ts';
import { callIdOf } from '../../model/stored-event.ts';
import type { Encoded, EncodeContext } from '../dialect.ts';
import { type CloudEventsOptions, contentTypes } from './catalog.ts';
import { optionDefaults } from './defaults.ts';
import { headerValue } from './header-value.ts';
import { attributeText } from './text.ts';

type Chosen = CloudEventsOptions & Required<Omit<CloudEventsOptions, 'schemaPrefix'>>;
type Say = (name: string, value: string) => void;

/** Digits of the largest whole number JavaScript counts to, so that sequences sort as text. */
const sequenceDigits = 16;

/** Domains and connectors come again and again: their form in a path is made once, for as many as this. */
const maxSegments = 1_000;
const segments = new Map<string, string>();

function segment(name: string): string {
  const known = segments.get(name);
  if (known !== undefined) return known;
  const made = encodeURIComponent(attributeText(name));
  if (segments.size >= maxSegments) segments.clear();
  segments.set(name, made);
  return made;
}

function sayExtras(event: Event, say: Say): void {
  if (event.domain !== '') say('domain', event.domain);
  if (event.reseller !== '') say('reseller', event.reseller);
  if (event.user) say('phoneuser', event.user);
  if (event.extension) say('phoneextension', event.extension);
}

/** Says every attribute but the content type of `data`, in a fixed order. */
function sayAttributes(event: Event, options: Chosen, say: Say): void {
  const call = callIdOf(event);
  say('specversion', '1.0');
  say('id', event.id);
  say('source', `${options.sourcePrefix}/domains/${segment(event.domain)}/connectors/${segment(event.connector)}`);
  say('type', `${options.typePrefix}${event.type}`);
  say('time', event.time);
  if (call !== null) say('subject', call);
  if (options.schemaPrefix !== undefined) say('dataschema', `${options.schemaPrefix}${event.type}`);
  say('sequence', String(event.seq).padStart(sequenceDigits, '0'));
  if (call !== null) say('partitionkey', call);
  if (options.extras) sayExtras(event, say);
}

/** What stands between the value before and this one, made once for each of the dozen names. */
const openings = new Map<string, string>();

function opening(name: string): string {
  let text = openings.get(name);
  if (text === undefined) openings.set(name, (text = `","${name}":"`));
  return text;
}

/** The value as it stands between the quotes of a JSON string. */
const inQuotes = (value: string): string =>
  isPlain(value) ? value : JSON.stringify(attributeText(value)).slice(1, -1);

/** The document in pieces, to be put together in bytes. */
function document(event: Event, options: Chosen): string[] {
  // As few joints as can be: each is an object for the garbage collector.
  let text = '';
  sayAttributes(event, options, (name, value) => {
    text = text === '' ? `{"${name}":"${inQuotes(value)}` : text + opening(name) + inQuotes(value);
  });
  const [head, rest] = eventPieces(event);
  return [`${text}","datacontenttype":"${contentTypes.data}","data":${head}`, rest, '}'];
}

function batch(events: readonly Event[], options: Chosen): Buffer {
  const pieces = events.flatMap((event, index) => [index === 0 ? '[' : ',', ...document(event, options)]);
  return utf8Of([...pieces, ']']);
}

function binary(event: Event, options: Chosen): Encoded {
  const headers: Record<string, string> = { 'content-type': contentTypes.data };
  sayAttributes(event, options, (name, value) => {
    headers[`ce-${name}`] = headerValue(attributeText(value));
  });
  return { kind: 'request', headers, body: utf8Of(eventPieces(event)) };
}

/** What a subscription chose, with the defaults; its options are one object for as long as it is as it is. */
const known = new WeakMap<Readonly<Record<string, unknown>>, Chosen>();

function chosen(options: Readonly<Record<string, unknown>>): Chosen {
  let found = known.get(options);
  if (!found) known.set(options, (found = { ...optionDefaults, ...options }));
  return found;
}

export function maxBatch(options: Readonly<Record<string, unknown>>): number {
  const { mode, maxBatch } = chosen(options);
  return mode === 'batch' ? maxBatch : 1;
}

export function encode(events: readonly Event[], context: EncodeContext): Encoded {
  const options = chosen(context.options);
  const [event] = events;
  if (event === undefined) return { kind: 'failed', reason: 'there is no event to encode' };
  if (options.mode === 'batch') {
    return { kind: 'request', headers: { 'content-type': contentTypes.batch }, body: batch(events, options) };
  }
  if (events.length > 1) return { kind: 'failed', reason: `${options.mode} mode carries one event per request` };
  if (options.mode === 'binary') return binary(event, options);
  return {
    kind: 'request',
    headers: { 'content-type': contentTypes.structured },
    body: utf8Of(document(event, options)),
  };
}
