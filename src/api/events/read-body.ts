/** From a request's body to the events in it, still unchecked. By the content type, and for CloudEvents the headers. */
import type { Problem } from '../problems/problem.ts';
import { decode as decodeCloudEvents, modeOf as cloudEventsMode } from '../../dialects/cloudevents/decode.ts';

export interface EventBody {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** `isList`: problems name the event by its index. */
export type EventsInBody =
  | { readonly inputs: readonly unknown[]; readonly isList: boolean }
  | { readonly problem: Problem };

export const mostEvents = 10_000;

/** Media types the ingest understands, without parameters. */
export const eventMediaTypes = {
  json: ['application/json'],
  lines: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
  structured: ['application/cloudevents+json'],
  batch: ['application/cloudevents-batch+json'],
} as const;

export function readEventBody(body: EventBody): EventsInBody {
  if (cloudEventsMode(body.contentType, body.headers)) return capped(readCloudEvents(body));
  const type = (body.contentType.split(';', 1)[0] as string).trim().toLowerCase();
  if (isOneOf(eventMediaTypes.lines, type)) return capped(readLines(body.text));
  if (isOneOf(eventMediaTypes.json, type)) return capped(readJson(body.text));
  const detail = `${type === '' ? 'No Content-Type' : type} is not understood here.`;
  return { problem: { code: 'media_type_unsupported', detail } };
}

function readCloudEvents(body: EventBody): EventsInBody {
  const decoded = decodeCloudEvents(body);
  if ('inputs' in decoded) return decoded;
  const { field, message } = decoded.problem;
  return { problem: { code: 'invalid_event', detail: message, ...(field !== '' && { field }) } };
}

const isOneOf = (types: readonly string[], type: string): boolean => types.includes(type);

function capped(read: EventsInBody): EventsInBody {
  if ('problem' in read) return read;
  if (read.inputs.length > mostEvents) {
    return { problem: { code: 'batch_too_large', detail: `There are ${read.inputs.length} events.` } };
  }
  if (read.inputs.length === 0)
    return { problem: { code: 'malformed_body', detail: 'There is no event in the body.' } };
  return read;
}

function parse(text: string): { readonly value: unknown } | { readonly problem: Problem } {
  if (text.trim() === '') return { problem: { code: 'body_missing' } };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: { code: 'malformed_body', detail: `The body is not valid JSON: ${whereOf(error)}.` } };
  }
}

/** The parser's words without what it quotes of the body, which may hold anything. */
function whereOf(error: unknown): string {
  const position = /position \d+( \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : '')?.[0];
  return position ? `see ${position}` : 'it ends too early or is something else';
}

function readJson(text: string): EventsInBody {
  const parsed = parse(text);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  return Array.isArray(value) ? { inputs: value, isList: true } : { inputs: [value], isList: false };
}

function readLines(text: string): EventsInBody {
  const inputs: unknown[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = parse(line);
    if ('problem' in parsed) {
      const detail = `The line of event [${inputs.length}] is not valid JSON.`;
      return { problem: { code: 'malformed_body', field: `[${inputs.length}]`, detail } };
    }
    inputs.push(parsed.value);
    if (inputs.length > mostEvents) break;
  }
  return { inputs, isList: true };
}
