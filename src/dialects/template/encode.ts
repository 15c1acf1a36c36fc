/** Events by the subscription's own templates. What can't be rendered is `failed` with the reason, never an exception. */
import type { Event } from '../../model/event.ts';
import { isHeaderValue } from '../../model/header-rules.ts';
import type { Encoded, EncodeContext } from '../dialect.ts';
import { Allowance } from './allowance.ts';
import { templateLimits } from './catalog.ts';
import { engineFor } from './engine.ts';
import { render } from './render.ts';
import { headerField, type Ready, templatesOf } from './templates.ts';
import { resolvedUrl } from './url.ts';
import { variablesOf } from './variables.ts';

/** Ends the encoding of one event; carried to `encode`, which makes an outcome of it. */
class NotRendered extends Error {}

type Variables = Record<string, unknown>;

/** What the templates of one request have together. */
interface Made {
  readonly variables: Variables;
  readonly allowance: Allowance;
}

function rendered({ field, place, parts }: Ready, { variables, allowance }: Made, maxBytes: number): string {
  let text: string;
  try {
    text = render(engineFor(place), parts, variables, allowance);
  } catch (error) {
    throw new NotRendered(`${field}: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Every character has at least a byte: what is far too long is not even counted.
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new NotRendered(`${field}: it is longer than ${maxBytes} bytes`);
  }
  return text;
}

function headersOf(templates: readonly Ready[], made: Made): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const template of templates) {
    const value = rendered(template, made, templateLimits.renderedHeader).trim();
    if (!isHeaderValue(value)) {
      throw new NotRendered(`${template.field}: the value has characters a header cannot carry; url_encode helps`);
    }
    if (value !== '') headers[template.field.slice(headerField.length).toLowerCase()] = value;
  }
  return headers;
}

function bodyOf(template: Ready, made: Made): string {
  const body = rendered(template, made, templateLimits.renderedBody);
  if (template.place !== 'json') return body;
  try {
    JSON.parse(body);
    return body;
  } catch {
    // What the parser says may show the body, with somebody's number in it.
    throw new NotRendered('body: it is no JSON; write "{{ … }}" for texts, {{ … | json }} for what may be null');
  }
}

function request(event: Event, context: EncodeContext): Encoded {
  const templates = templatesOf(context.options);
  const made = { variables: variablesOf(event), allowance: new Allowance() };
  const method = templates.method ?? context.method;
  const headers = headersOf(templates.headers, made);
  const hasBody = method !== 'GET';
  const body = hasBody ? bodyOf(templates.body, made) : null;
  if (hasBody) headers['content-type'] = templates.contentType;
  if (!templates.url) return { kind: 'request', method, headers, body };
  const target = resolvedUrl(rendered(templates.url, made, templateLimits.renderedUrl), context.url);
  if ('reason' in target) throw new NotRendered(`url: ${target.reason}`);
  return { kind: 'request', method, url: target.url, headers, body };
}

export function encode(events: readonly Event[], context: EncodeContext): Encoded {
  const [event, more] = events;
  if (event === undefined || more !== undefined) return { kind: 'failed', reason: 'a template is for one event' };
  try {
    return request(event, context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', reason: reason.slice(0, 1000) };
  }
}
