/**
 * CloudEvents as a source: a request's content type, headers and body become events as the ingest takes them, still
 * unchecked, or a problem that names the field.
 *
 * `data` is an event as the API knows it. The attributes stand in for what it leaves out: `id`, `time`, `type` (with
 * or without `offhook.` before it), and `subject` for the call's id where the type is about a call. An attribute that
 * contradicts `data` is a problem, not a choice. `source` is kept as a further field, unless `data` is an event that an
 * Offhook sent: then it says nothing new, and the event stays the one it was. The sender's `connector` is dropped: the server says it, and events
 * that one Offhook sends can so be taken in by another.
 */
import { eventCatalog, isEventType } from '../../model/event-types/index.ts';
import { optionDefaults } from './defaults.ts';
import { fromHeaderValue } from './header-value.ts';
import { attributeText } from './text.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type JsonObject = Readonly<Record<string, unknown>>;

export interface DecodeRequest {
  /** The Content-Type header, parameters and all; empty where there is none. */
  readonly contentType: string;
  /** Lower-case names. */
  readonly headers: Headers;
  /** The body as UTF-8 text. */
  readonly text: string;
}

export interface DecodeProblem {
  /** A JSON path such as `[2].data.call`, a header's name, or empty for the body as a whole. */
  readonly field: string;
  readonly message: string;
}

export type Decoded =
  | { readonly inputs: readonly JsonObject[]; readonly isList: boolean }
  | { readonly problem: DecodeProblem };

export type Mode = 'structured' | 'batch' | 'binary';

/** Thrown inside this file alone: the first problem ends the reading. */
class Refusal extends Error {
  readonly problem: DecodeProblem;
  constructor(field: string, message: string) {
    super(message);
    this.problem = { field, message };
  }
}

const mediaType = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
const isJson = (type: string): boolean => /^[^/]+\/(?:json|[^/]+\+json)$/.test(type);

/** @returns how a request says its CloudEvents; null: it says none. */
export function modeOf(contentType: string, headers: Headers): Mode | null {
  const type = mediaType(contentType);
  if (type.startsWith('application/cloudevents-batch')) return 'batch';
  if (type.startsWith('application/cloudevents')) return 'structured';
  return headers['ce-specversion'] === undefined ? null : 'binary';
}

/** Call it where `modeOf` gives a mode. Never throws. */
export function decode(request: DecodeRequest): Decoded {
  try {
    const mode = modeOf(request.contentType, request.headers);
    if (mode === 'binary') return { inputs: [fromBinary(request)], isList: false };
    const type = mediaType(request.contentType);
    if (mode === null) throw new Refusal('ce-specversion', 'The request carries no CloudEvent.');
    if (!type.endsWith('+json'))
      throw new Refusal('content-type', 'Only the JSON format of CloudEvents is understood.');
    const value = parse(request.text, '');
    if (mode === 'structured') return { inputs: [fromDocument(value, '')], isList: false };
    if (!Array.isArray(value)) throw new Refusal('', 'A batch is a JSON array.');
    return { inputs: value.map((document, index) => fromDocument(document, `[${index}]`)), isList: true };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

/** @param text is not repeated in the problem: it may hold anything */
function parse(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(field, text.trim() === '' ? 'The body is empty.' : 'This is not valid JSON.');
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How a problem names an attribute or a field of `data`, by the mode and the place in a batch. */
interface Place {
  attribute(name: string): string;
  data(path: string): string;
}

const inDocument = (prefix: string): Place => {
  const under = prefix === '' ? '' : `${prefix}.`;
  return { attribute: (name) => under + name, data: (path) => `${under}data${path === '' ? '' : `.${path}`}` };
};
const inHeaders: Place = { attribute: (name) => `ce-${name}`, data: (path) => path };

function fromDocument(document: unknown, prefix: string): JsonObject {
  const place = inDocument(prefix);
  if (!isObject(document)) throw new Refusal(prefix, 'A CloudEvent is a JSON object.');
  const attribute = (name: string): unknown => (Object.hasOwn(document, name) ? document[name] : undefined);
  return merge(attribute, dataOf(document, place), place);
}

function dataOf(document: JsonObject, place: Place): unknown {
  const type = document['datacontenttype'];
  if (type !== undefined && (typeof type !== 'string' || !isJson(mediaType(type)))) {
    throw new Refusal(
      place.attribute('datacontenttype'),
      'datacontenttype must be a JSON media type, such as application/json.',
    );
  }
  const encoded = document['data_base64'];
  if (encoded === undefined) return document['data'] ?? {};
  const field = place.attribute('data_base64');
  if (document['data'] !== undefined) throw new Refusal(field, 'There is data and data_base64; only one may be there.');
  if (typeof encoded !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    throw new Refusal(field, 'data_base64 must be base64 text.');
  }
  return parse(Buffer.from(encoded, 'base64').toString('utf8'), field);
}

function fromBinary({ contentType, headers, text }: DecodeRequest): JsonObject {
  const type = mediaType(contentType);
  if (type !== '' && !isJson(type)) throw new Refusal('content-type', 'The data of an event must be JSON.');
  const attribute = (name: string): string | undefined => {
    const header = headers[`ce-${name}`];
    if (header === undefined) return undefined;
    const value = typeof header === 'string' ? fromHeaderValue(header) : null;
    if (value === null) throw new Refusal(`ce-${name}`, `ce-${name} must be one value, percent-encoded as UTF-8.`);
    return value;
  };
  return merge(attribute, text.trim() === '' ? {} : parse(text, ''), inHeaders);
}

type Attribute = (name: string) => unknown;

function merge(attribute: Attribute, data: unknown, place: Place): JsonObject {
  if (attribute('specversion') !== '1.0')
    throw new Refusal(place.attribute('specversion'), 'specversion must be "1.0".');
  const source = required(attribute, 'source', place);
  const id = required(attribute, 'id', place);
  const type = required(attribute, 'type', place);
  if (!isObject(data)) throw new Refusal(place.data(''), 'data must be a JSON object: an event as the API knows it.');
  const { connector: theirs, ...input } = data;
  return {
    ...(theirs === undefined && { source }),
    ...input,
    ...callOf(input, attribute, place),
    id: idOf(input, id, place),
    type: typeOf(input, type, place),
    ...timeOf(input, attribute),
  };
}

function required(attribute: Attribute, name: string, place: Place): string {
  const value = attribute(name);
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(place.attribute(name), `${name} must be a text that is not empty.`);
}

function idOf(data: JsonObject, id: string, place: Place): unknown {
  const own = data['id'];
  if (own === undefined || own === null) return id;
  if (typeof own === 'string' && attributeText(own) !== id)
    throw new Refusal(place.data('id'), 'data.id is not the id of the CloudEvent.');
  return own;
}

/** Whatever stands before it, the attribute ends with the event's type. */
function typeOf(data: JsonObject, type: string, place: Place): unknown {
  const own = data['type'];
  if (own === undefined || own === null) {
    return type.startsWith(optionDefaults.typePrefix) ? type.slice(optionDefaults.typePrefix.length) : type;
  }
  if (typeof own === 'string' && !type.endsWith(own))
    throw new Refusal(place.data('type'), 'data.type is not the type of the CloudEvent.');
  return own;
}

function timeOf(data: JsonObject, attribute: Attribute): JsonObject {
  const time = attribute('time');
  return (data['time'] === undefined || data['time'] === null) && time !== undefined ? { time } : {};
}

function callOf(data: JsonObject, attribute: Attribute, place: Place): JsonObject {
  const subject = attribute('subject');
  if (subject === undefined || data['call'] !== undefined) return {};
  if (typeof subject !== 'string') throw new Refusal(place.attribute('subject'), 'subject must be a text.');
  const type = typeOf(data, String(attribute('type')), place);
  const isAboutCall = isEventType(type) && eventCatalog[type].subject !== 'none';
  return isAboutCall ? { call: { id: subject } } : {};
}
