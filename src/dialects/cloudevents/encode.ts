/**
 * Events as CloudEvents. `data` is the whole event as the API shows it; the attributes repeat what one routes by. The
 * event is written to JSON once and the attributes are put around it as text.
 */
import type { Event } from '../../model/event.ts';
import { eventText } from '../../model/event-text.ts';
import { callIdOf } from '../../model/stored-event.ts';
import type { Encoded, EncodeContext } from '../dialect.ts';
import { type CloudEventsOptions, contentTypes } from './catalog.ts';
import { optionDefaults } from './defaults.ts';
import { headerValue } from './header-value.ts';
import { attributeText } from './text.ts';

type Chosen = CloudEventsOptions & Required<Omit<CloudEventsOptions, 'schemaPrefix'>>;

/** Digits of the largest whole number JavaScript counts to, so that sequences sort as text. */
const sequenceDigits = 16;
const segment = (text: string): string => encodeURIComponent(attributeText(text));

type Attributes = (readonly [name: string, value: string])[];

function extras(event: Event): Attributes {
  const named: Attributes = [
    ['domain', event.domain],
    ['reseller', event.reseller],
  ];
  if (event.user !== null) named.push(['phoneuser', event.user]);
  if (event.extension !== null) named.push(['phoneextension', event.extension]);
  return named.filter(([, value]) => value !== '');
}

function attributesOf(event: Event, options: Chosen): Attributes {
  const call = callIdOf(event);
  const list: Attributes = [
    ['specversion', '1.0'],
    ['id', event.id],
    ['source', `${options.sourcePrefix}/domains/${segment(event.domain)}/connectors/${segment(event.connector)}`],
    ['type', `${options.typePrefix}${event.type}`],
    ['time', event.time],
  ];
  if (call !== null) list.push(['subject', call]);
  if (options.schemaPrefix !== undefined) list.push(['dataschema', `${options.schemaPrefix}${event.type}`]);
  list.push(['sequence', String(event.seq).padStart(sequenceDigits, '0')]);
  if (call !== null) list.push(['partitionkey', call]);
  return options.extras ? [...list, ...extras(event)] : list;
}

function document(event: Event, options: Chosen): string {
  let text = '{';
  for (const [name, value] of attributesOf(event, options)) {
    text += `"${name}":${JSON.stringify(attributeText(value))},`;
  }
  return `${text}"datacontenttype":"${contentTypes.data}","data":${eventText(event)}}`;
}

function binary(event: Event, options: Chosen): Encoded {
  const headers: Record<string, string> = { 'content-type': contentTypes.data };
  for (const [name, value] of attributesOf(event, options)) headers[`ce-${name}`] = headerValue(attributeText(value));
  return { kind: 'request', headers, body: eventText(event) };
}

const chosen = (options: Readonly<Record<string, unknown>>): Chosen => ({ ...optionDefaults, ...options });

export function maxBatch(options: Readonly<Record<string, unknown>>): number {
  const { mode, maxBatch } = chosen(options);
  return mode === 'batch' ? maxBatch : 1;
}

export function encode(events: readonly Event[], context: EncodeContext): Encoded {
  const options = chosen(context.options);
  const [event] = events;
  if (event === undefined) return { kind: 'failed', reason: 'there is no event to encode' };
  if (options.mode === 'batch') {
    const body = `[${events.map((one) => document(one, options)).join(',')}]`;
    return { kind: 'request', headers: { 'content-type': contentTypes.batch }, body };
  }
  if (events.length > 1) return { kind: 'failed', reason: `${options.mode} mode carries one event per request` };
  if (options.mode === 'binary') return binary(event, options);
  return { kind: 'request', headers: { 'content-type': contentTypes.structured }, body: document(event, options) };
}
