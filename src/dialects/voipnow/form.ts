/** Parameters on the wire: the body of a POST, the query of a GET. */
import type { Encoded } from '../dialect.ts';
import type { Parameters } from './parameters.ts';

const formType = 'application/x-www-form-urlencoded; charset=utf-8';

export function asRequest(parameters: Parameters, method: string, url: string): Encoded {
  const form = new URLSearchParams();
  for (const [name, value] of parameters) if (value !== null && value !== '') form.append(name, String(value));
  // The built-in receiver has no query.
  if (method !== 'GET' || !/^https?:/i.test(url)) {
    return { kind: 'request', headers: { 'content-type': formType }, body: form.toString() };
  }
  return { kind: 'request', headers: {}, body: null, url: withQuery(url, form.toString()) };
}

/** The URL's own query stays as it is, and comes first. */
export function withQuery(url: string, query: string): string {
  const [whole = '', fragment] = url.split('#', 2);
  const joint = !whole.includes('?') ? '?' : /[?&]$/.test(whole) ? '' : '&';
  return `${whole}${joint}${query}${fragment === undefined ? '' : `#${fragment}`}`;
}
