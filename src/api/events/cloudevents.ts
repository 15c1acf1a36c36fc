/**
 * CloudEvents taken in (1.0, JSON format and HTTP binding). `data` is an event as the API knows it; the attributes
 * stand in where it leaves something out: `id`, `time`, `type` (with or without `offhook.` before it) and `subject`
 * for the call's id.
 */
import type { Problem } from '../problems/problem.ts';

type Read = { readonly input: unknown } | { readonly problem: Problem };
type Headers = Readonly<Record<string, string | string[] | undefined>>;
type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Attributes {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly time?: unknown;
  readonly subject?: unknown;
}

const at = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

/** @param prefix path of the document in a batch, for problems. */
export function fromStructured(document: unknown, prefix: string): Read {
  if (!isObject(document)) return wrong(prefix, 'A CloudEvent is a JSON object.');
  if (document['specversion'] !== '1.0') return wrong(at(prefix, 'specversion'), 'specversion must be "1.0".');
  for (const name of ['id', 'source', 'type'] as const) {
    const value = document[name];
    if (typeof value !== 'string' || value === '')
      return wrong(at(prefix, name), `${name} must be a text that is not empty.`);
  }
  const data = dataOf(document);
  if (data === undefined) return wrong(at(prefix, 'data'), 'data must be a JSON object.');
  return { input: merge(document, data) };
}

/** `data` as it is, JSON text, or `data_base64`; null and absence are an empty object. */
function dataOf(document: JsonObject): JsonObject | undefined {
  const encoded = document['data_base64'];
  const data = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : document['data'];
  if (data === undefined || data === null) return {};
  if (isObject(data)) return data;
  if (typeof data !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(data);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export const isBinary = (headers: Headers): boolean => headers['ce-specversion'] !== undefined;

export function fromBinary(headers: Headers, data: unknown): Read {
  if (headers['ce-specversion'] !== '1.0') return wrong('ce-specversion', 'ce-specversion must be 1.0.');
  for (const name of ['ce-id', 'ce-source', 'ce-type'] as const) {
    if (textOf(headers[name]) === undefined) return wrong(name, `The header ${name} is missing or not UTF-8.`);
  }
  if (!isObject(data)) return wrong('', 'The body must be a JSON object.');
  const attributes = {
    id: textOf(headers['ce-id']),
    type: textOf(headers['ce-type']),
    time: textOf(headers['ce-time']),
    subject: textOf(headers['ce-subject']),
  };
  return { input: merge(attributes, data) };
}

/** Header values are percent-encoded UTF-8. */
function textOf(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  try {
    return decodeURIComponent(header.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return undefined;
  }
}

function merge(attributes: Attributes, data: JsonObject): JsonObject {
  const type = typeof attributes.type === 'string' ? attributes.type.replace(/^offhook\./, '') : attributes.type;
  const input: Record<string, unknown> = { type, id: attributes.id, ...data };
  if (input['time'] === undefined && attributes.time !== undefined) input['time'] = attributes.time;
  if (input['call'] === undefined && typeof attributes.subject === 'string') input['call'] = { id: attributes.subject };
  return input;
}

const wrong = (field: string, detail: string): { readonly problem: Problem } => ({
  problem: { code: 'invalid_event', detail, ...(field === '' ? {} : { field }) },
});
