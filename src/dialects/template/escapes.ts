/** What a value becomes in each place, so that it stays a value there whatever is in it. */
export type Place = 'url' | 'header' | 'json' | 'form' | 'xml' | 'plain';

/** @param contentType as the options have it */
export function placeOf(contentType: string): Place {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  return /[/+](?:xml|html)$/.test(type) ? 'xml' : 'plain';
}

export const percentEncoded = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapes: Readonly<Record<Place, (text: string) => string>> = {
  url: percentEncoded,
  form: (text) => percentEncoded(text).replaceAll('%20', '+'),
  /** For the inside of a JSON string; of numbers, true and false it changes nothing. */
  json: (text) => JSON.stringify(text.toWellFormed()).slice(1, -1),
  xml: (text) => text.replace(/[&<>"']/g, (sign) => entities[sign] as string),
  header: (text) => text,
  plain: (text) => text,
};

/** How a value reads in a text: null and what is missing is nothing, objects are JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value) ?? '';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
